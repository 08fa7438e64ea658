package io.llmforge.localcluster.node.container;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the end of a log without reading all of it. */
final class LogTail {
  private static final int BLOCK_BYTES = 8192;

  private LogTail() {}

  /** The offset at which the last lines begin; a final line feed ends a line. */
  static long startOfLast(int lines, Path log) throws IOException {
    if (lines <= 0) {
      return Files.size(log);
    }
    try (var file = new RandomAccessFile(log.toFile(), "r")) {
      var block = new byte[BLOCK_BYTES];
      var lineFeeds = 0;
      var length = file.length();
      for (var end = length; end > 0; end -= BLOCK_BYTES) {
        var start = Math.max(0, end - BLOCK_BYTES);
        file.seek(start);
        file.readFully(block, 0, (int) (end - start));
        for (var i = (int) (end - start) - 1; i >= 0; i--) {
          var isInnerLineFeed = block[i] == '\n' && start + i != length - 1;
          if (isInnerLineFeed && ++lineFeeds == lines) {
            return start + i + 1;
          }
        }
      }
      return 0;
    }
  }

  static byte[] from(long offset, Path log) throws IOException {
    try (var in = Files.newInputStream(log)) {
      in.skipNBytes(offset);
      return in.readAllBytes();
    }
  }
}
