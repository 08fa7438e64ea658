package io.llmforge.trainer.model;

import java.io.Serial;

/** A model that is well described but asks for something this trainer does not do. */
public final class UnsupportedModelException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  public UnsupportedModelException(String message) {
    super(message);
  }
}
