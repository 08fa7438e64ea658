package io.llmforge.trainer.data;

/**
 * Rows of a data file that cannot be trained on; the message names file, line and reason of each.
 */
public final class DatasetInvalidException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatasetInvalidException(String message) {
    super(message);
  }
}
