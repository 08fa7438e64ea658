package io.llmforge.trainer.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Memory this process may still take from the machine: what the kernel says is available, and no
 * more than the limit of its control group leaves.
 *
 * @param proc the proc file system
 * @param controlGroup where the control group's files are, as a container sees them
 */
public record HostMemory(Path proc, Path controlGroup) {

  private static final long KIBIBYTE = 1024;

  public static HostMemory ofThisProcess() {
    return new HostMemory(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
  }

  /** In bytes; empty where neither is said. */
  OptionalLong availableBytes() {
    return Stream.of(leftOfMachine(), leftOfGroup(), leftOfOlderGroup())
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .min();
  }

  private OptionalLong leftOfMachine() {
    OptionalLong kibibytes = named(proc.resolve("meminfo"), "MemAvailable:");
    return kibibytes.isPresent()
        ? OptionalLong.of(kibibytes.getAsLong() * KIBIBYTE)
        : OptionalLong.empty();
  }

  /** Version 2. File pages count as used and are given back when memory is needed. */
  private OptionalLong leftOfGroup() {
    return left(
        number(controlGroup.resolve("memory.max")),
        number(controlGroup.resolve("memory.current")),
        named(controlGroup.resolve("memory.stat"), "inactive_file"));
  }

  private OptionalLong leftOfOlderGroup() {
    Path memory = controlGroup.resolve("memory");
    return left(
        number(memory.resolve("memory.limit_in_bytes")),
        number(memory.resolve("memory.usage_in_bytes")),
        named(memory.resolve("memory.stat"), "total_inactive_file"));
  }

  private static OptionalLong left(OptionalLong limit, OptionalLong used, OptionalLong reusable) {
    return limit.isEmpty() || used.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, limit.getAsLong() - used.getAsLong() + reusable.orElse(0)));
  }

  /** A file that holds one number; {@code max} stands for none. */
  private static OptionalLong number(Path file) {
    return lines(file).stream()
        .map(String::strip)
        .filter(line -> line.matches("\\d{1,18}"))
        .mapToLong(Long::parseLong)
        .findFirst();
  }

  /** The number behind a name at the beginning of a line. */
  private static OptionalLong named(Path file, String name) {
    return lines(file).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).replaceAll("\\D", ""))
        .filter(digits -> !digits.isEmpty())
        .mapToLong(Long::parseLong)
        .findFirst();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException absentOrUnreadable) {
      // Advice, not data: a kernel that does not tell is like one that does not know.
      return List.of();
    }
  }
}
