package io.llmforge.trainer.model;

import java.io.Serial;

/**
 * A model folder that contradicts itself: its configuration or its weights are not what they must
 * be.
 */
public final class ModelFormatException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  public ModelFormatException(String message) {
    super(message);
  }
}
