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

  private static final int CHUNK_BYTES = 64 << 10;

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
    ByteBuffer lines = lines();
    List<Measurements> measured = new ArrayList<>();
    for (String line :
        StandardCharsets.UTF_8.decode(lines.duplicate()).toString().lines().toList()) {
      measured.add(Measurements.read(line));
    }
    return new Chunk(measured, offset + lines.remaining());
  }

  /** Whole lines; more than usual where one line is longer than that. */
  private ByteBuffer lines() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (int most = CHUNK_BYTES; ; most = Math.multiplyExact(most, 2)) {
        ByteBuffer bytes = ByteBuffer.allocate(most);
        while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) > 0) {
          // Reads on until the file ends or the buffer is full.
        }
        boolean isCut = !bytes.hasRemaining();
        int end = end(bytes.flip());
        if (end > 0 || !isCut) {
          return bytes.limit(end);
        }
      }
    }
  }

  /** Behind the last line break; zero when there is none. */
  private static int end(ByteBuffer bytes) {
    int end = bytes.limit();
    while (end > 0 && bytes.get(end - 1) != '\n') {
      end--;
    }
    return end;
  }

  /** Goes on behind a chunk. */
  void accept(Chunk chunk) {
    offset = chunk.end();
  }
}
