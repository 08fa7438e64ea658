package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A piece of a file, read as often as it is sent.
 *
 * @param file the file
 * @param offset its first byte
 * @param length its bytes
 */
record FilePart(Path file, long offset, long length) {

  private static final int BUFFER_BYTES = 1 << 16;

  static FilePart all(Path file) throws IOException {
    return new FilePart(file, 0, Files.size(file));
  }

  InputStream open() {
    try {
      InputStream bytes = Files.newInputStream(file);
      bytes.skipNBytes(offset);
      return new Bounded(bytes, length);
    } catch (IOException e) {
      throw StorageException.reading(file.toString(), e);
    }
  }

  /** MD5 as HTTP writes it; it guards the way, not against anybody. */
  String md5() {
    return Base64.getEncoder().encodeToString(digest());
  }

  /** MD5 as most stores name a part. */
  String hexMd5() {
    return HexFormat.of().formatHex(digest());
  }

  private byte[] digest() {
    try (InputStream bytes = open()) {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    } catch (IOException e) {
      throw StorageException.reading(file.toString(), e);
    }
  }

  /** Ends after so many bytes. */
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private long left;

    Bounded(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int read = in.read(buffer, offset, (int) Math.min(length, left));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
