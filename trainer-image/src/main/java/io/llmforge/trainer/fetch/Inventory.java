package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.Sha256;
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

  /** Digest of the contents that it names, wherever its user wrote that they are. */
  String digest() {
    Sha256 digest = new Sha256().add(revision);
    for (Entry file : files) {
      digest.add("\n%s\n%d\n%s\n".formatted(file.name(), file.bytes(), file.version()));
      digest.add(file.checksum().kind() + " " + file.checksum().hex());
    }
    return digest.hex();
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
