package io.llmforge.trainer.torch;

/** In what numbers weights and activations are held. */
public enum Precision {
  FLOAT32(6, Float.BYTES),

  /** The upper half of a float32: its range with 8 of its 24 bits. */
  BFLOAT16(15, Short.BYTES);

  private final long scalarType;
  private final int bytes;

  Precision(long scalarType, int bytes) {
    this.scalarType = scalarType;
    this.bytes = bytes;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** Such as {@code bfloat16}. */
  public String text() {
    return switch (this) {
      case FLOAT32 -> "float32";
      case BFLOAT16 -> "bfloat16";
    };
  }

  /** What libtorch numbers it. */
  long scalarType() {
    return scalarType;
  }
}
