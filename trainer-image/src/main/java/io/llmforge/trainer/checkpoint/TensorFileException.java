package io.llmforge.trainer.checkpoint;

import java.io.Serial;
import java.nio.file.Path;

/**
 * A file of tensors, or the folder it belongs to, that is missing, cut off or contradicts itself.
 */
public final class TensorFileException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  public TensorFileException(Path file, String problem) {
    super(file + ": " + problem);
  }
}
