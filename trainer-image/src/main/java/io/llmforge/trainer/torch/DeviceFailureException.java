package io.llmforge.trainer.torch;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The device, its driver or one of its libraries reported an error, or is not there. */
public final class DeviceFailureException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  DeviceFailureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
