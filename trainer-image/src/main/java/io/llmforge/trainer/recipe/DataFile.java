package io.llmforge.trainer.recipe;

import static java.util.Objects.requireNonNull;

/**
 * A file of rows as it was when the attempt began.
 *
 * @param use what its rows are for
 * @param location where it is, as its user wrote it
 * @param sha256 digest of its bytes, lower-case hexadecimal
 */
record DataFile(Use use, String location, String sha256) {

  DataFile {
    requireNonNull(use, "use");
    requireNonNull(location, "location");
    requireNonNull(sha256, "sha256");
  }

  /** What rows are for. */
  enum Use {
    TRAINING,
    VALIDATION
  }
}
