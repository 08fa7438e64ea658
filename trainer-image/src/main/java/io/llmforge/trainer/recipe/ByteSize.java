package io.llmforge.trainer.recipe;

import java.util.Locale;

/** Bytes for people to read. */
final class ByteSize {

  private static final double UNIT = 1024;

  private ByteSize() {}

  static String text(long bytes) {
    double mebibytes = bytes / UNIT / UNIT;
    return mebibytes < UNIT
        ? String.format(Locale.ROOT, "%.1f MiB", mebibytes)
        : String.format(Locale.ROOT, "%.2f GiB", mebibytes / UNIT);
  }
}
