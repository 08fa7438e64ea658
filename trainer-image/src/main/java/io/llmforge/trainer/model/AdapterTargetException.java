package io.llmforge.trainer.model;

import java.io.Serial;

/** LoRA targets that name no module of the model. */
public final class AdapterTargetException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  public AdapterTargetException(String message) {
    super(message);
  }
}
