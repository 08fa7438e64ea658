package io.llmforge.trainer.tracking;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Reads a metrics file while it grows, line by line from its beginning, some of it at a time. */
final class MetricsTail {

  private static final int MOST_BYTES = 64 << 10;

  private final Path file;
  private long offset;

  MetricsTail(Path file) {
    this.file = file;
  }

  /**
   * Whole lines behind those that were {@link #accept accepted}; none when there are no more.
   *
   * @param measured what they say
   * @param end where they end
   */
  record Chunk(List<Measurements> measured, long end) {
    Chunk {
      measured = List.copyOf(measured);
    }

    boolean isEmpty() {
      return measured.isEmpty();
    }
  }

  Chunk next() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) > 0) {
        // Reads on until the file ends or the buffer is full.
      }
    }
    String text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    int end = text.lastIndexOf('\n') + 1;
    List<Measurements> measured = new ArrayList<>();
    for (String line : text.substring(0, end).lines().toList()) {
      measured.add(Measurements.read(line));
    }
    long length = text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
    return new Chunk(measured, offset + length);
  }

  /** Goes on behind a chunk. */
  void accept(Chunk chunk) {
    offset = chunk.end();
  }
}
