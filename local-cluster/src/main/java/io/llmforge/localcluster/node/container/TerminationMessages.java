package io.llmforge.localcluster.node.container;

import io.fabric8.kubernetes.api.model.Container;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The last words of a container, within the limits that the API sets. */
public final class TerminationMessages {
  private static final int MOST_MESSAGE_BYTES = 4096;
  private static final int MOST_LOG_BYTES = 2048;
  private static final int MOST_LOG_LINES = 80;

  private TerminationMessages() {}

  /** Empty when the container left none. */
  public static String read(Container container, Launch launch, int exitCode) throws IOException {
    var message = firstBytes(launch.terminationMessage(), MOST_MESSAGE_BYTES);
    var fallsBack = "FallbackToLogsOnError".equals(container.getTerminationMessagePolicy());
    if (!message.isEmpty() || !fallsBack || exitCode == 0) {
      return message;
    }
    return lastLines(launch.log());
  }

  private static String firstBytes(Path file, int most) throws IOException {
    if (!Files.exists(file)) {
      return "";
    }
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(most), StandardCharsets.UTF_8);
    }
  }

  private static String lastLines(Path log) throws IOException {
    if (!Files.exists(log)) {
      return "";
    }
    var start =
        Math.max(LogTail.startOfLast(MOST_LOG_LINES, log), Files.size(log) - MOST_LOG_BYTES);
    return new String(LogTail.from(start, log), StandardCharsets.UTF_8);
  }
}
