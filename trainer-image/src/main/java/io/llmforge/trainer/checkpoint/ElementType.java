package io.llmforge.trainer.checkpoint;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Floating-point formats of safetensors; in memory everything is float32. */
public enum ElementType {
  F32(Float.BYTES) {
    @Override
    float decode(ByteBuffer source) {
      return source.getFloat();
    }

    @Override
    void encode(float value, ByteBuffer destination) {
      destination.putFloat(value);
    }
  },

  /** The upper half of a float32. */
  BF16(Short.BYTES) {
    @Override
    float decode(ByteBuffer source) {
      return Float.intBitsToFloat(source.getShort() << Short.SIZE);
    }

    /** Rounds to nearest, ties to even; only finite values are ever encoded. */
    @Override
    void encode(float value, ByteBuffer destination) {
      var bits = Float.floatToRawIntBits(value);
      var lastKeptBit = (bits >>> Short.SIZE) & 1;
      destination.putShort((short) ((bits + 0x7FFF + lastKeptBit) >>> Short.SIZE));
    }
  },

  F16(Short.BYTES) {
    @Override
    float decode(ByteBuffer source) {
      return Float.float16ToFloat(source.getShort());
    }

    @Override
    void encode(float value, ByteBuffer destination) {
      destination.putShort(Float.floatToFloat16(value));
    }
  };

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  public int bytes() {
    return bytes;
  }

  /** {@code value} as this type holds it. */
  public float rounded(float value) {
    var held = ByteBuffer.allocate(bytes);
    encode(value, held);
    return decode(held.flip());
  }

  abstract float decode(ByteBuffer source);

  abstract void encode(float value, ByteBuffer destination);

  /** Fills {@code destination} from little-endian bytes. */
  void decodeAll(ByteBuffer source, FloatBuffer destination) {
    if (this == F32) {
      destination.put(source.asFloatBuffer());
      return;
    }
    while (destination.hasRemaining()) {
      destination.put(decode(source));
    }
  }

  static Optional<ElementType> named(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }
}
