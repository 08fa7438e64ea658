package io.llmforge.trainer.fetch;

import java.util.List;

/**
 * What a remote location consisted of when it was first looked at. Written down before the first
 * byte is fetched, so that all of it is of one revision however often the work is interrupted.
 *
 * @param location the location as its user wrote it
 * @param revision commit of a Hub model, "" where there are none
 * @param files the files that are fetched
 */
record Inventory(String location, String revision, List<Entry> files) {

  static final long UNKNOWN_SIZE = -1;

  Inventory {
    files = List.copyOf(files);
  }

  /** Bytes of all files whose size is known. */
  long bytes() {
    return files.stream().mapToLong(file -> Math.max(0, file.bytes())).sum();
  }

  /**
   * A file.
   *
   * @param name its name in the source's folder; no path
   * @param bytes its size, {@link #UNKNOWN_SIZE} when the server does not say
   * @param version what the server calls this content (an entity tag or a date), "" when it does
   *     not
   * @param checksum its digest, as the server knows it
   */
  record Entry(String name, long bytes, String version, Checksum checksum) {
    Entry {
      FileNames.requireSafe(name);
    }
  }
}
