package io.llmforge.trainer.torch;

import java.io.Serial;

/** The device has no memory left for what libtorch was asked to compute. */
public final class DeviceMemoryException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  DeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
