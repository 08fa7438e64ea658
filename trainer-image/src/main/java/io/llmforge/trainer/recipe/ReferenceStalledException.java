package io.llmforge.trainer.recipe;

/** Nobody scores what training waits for. */
public final class ReferenceStalledException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ReferenceStalledException(String message) {
    super(message);
  }
}
