package io.llmforge.trainer.checkpoint;

import java.nio.file.Path;

/** A checkpoint is whole, and in a form that this trainer does not read. */
public final class CheckpointFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CheckpointFormatException(Path checkpoint, Throwable cause) {
    super(
        "checkpoint %s was written by another release of the trainer; go on with the image of that release (spec.image), or change spec.retryToken, so that a new run begins"
            .formatted(checkpoint),
        cause);
  }
}
