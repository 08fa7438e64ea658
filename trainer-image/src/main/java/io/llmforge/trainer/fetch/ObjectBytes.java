package io.llmforge.trainer.fetch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.exception.SdkException;

/** The bytes of an object; what the SDK throws while they are read is an {@link IOException}. */
final class ObjectBytes extends FilterInputStream {

  ObjectBytes(InputStream bytes) {
    super(bytes);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return in.read(buffer, offset, length);
    } catch (SdkException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
