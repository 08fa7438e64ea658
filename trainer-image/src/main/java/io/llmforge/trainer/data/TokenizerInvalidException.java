package io.llmforge.trainer.data;

import org.jspecify.annotations.Nullable;

/** The model's tokenizer cannot be used. */
public final class TokenizerInvalidException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TokenizerInvalidException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
