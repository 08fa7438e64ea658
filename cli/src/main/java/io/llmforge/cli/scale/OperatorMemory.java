package io.llmforge.cli.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Main memory of a process as the kernel counts it, in bytes.
 *
 * @param residentBytes now
 * @param mostResidentBytes the most so far
 */
public record OperatorMemory(long residentBytes, long mostResidentBytes) {

  /**
   * Reads {@code /proc/PID/status}.
   *
   * @throws IOException on systems that have no such file
   */
  static OperatorMemory of(long processId) throws IOException {
    Path status = Path.of("/proc", Long.toString(processId), "status");
    return new OperatorMemory(bytes(status, "VmRSS:"), bytes(status, "VmHWM:"));
  }

  private static long bytes(Path status, String field) throws IOException {
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(field))
        .map(line -> line.substring(field.length()).replace("kB", "").strip())
        .mapToLong(kibibytes -> Long.parseLong(kibibytes) * 1024)
        .findFirst()
        .orElseThrow(() -> new IOException("%s has no line %s".formatted(status, field)));
  }
}
