package io.llmforge.trainer.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a server says the digest of a file is.
 *
 * @param kind how it is computed
 * @param hex lower-case hexadecimal, "" for {@link Kind#NONE}
 */
record Checksum(Kind kind, String hex) {

  private static final int BUFFER_BYTES = 1 << 16;

  static final Checksum UNKNOWN = new Checksum(Kind.NONE, "");

  /** How a digest is computed. */
  enum Kind {
    NONE,
    /** SHA-256 of the bytes; what Git LFS names files by. */
    SHA256,
    /** SHA-1 of {@code "blob SIZE\0"} and the bytes; what Git names small files by. */
    GIT_BLOB
  }

  /** Whether the file has this digest; one that is not known always has. */
  boolean isOf(Path file) throws IOException {
    return switch (kind) {
      case NONE -> true;
      case SHA256 -> hex.equals(digest(file, digest("SHA-256")));
      case GIT_BLOB -> hex.equals(gitBlob(file));
    };
  }

  private static String gitBlob(Path file) throws IOException {
    MessageDigest digest = digest("SHA-1");
    digest.update("blob %d\0".formatted(Files.size(file)).getBytes(StandardCharsets.UTF_8));
    return digest(file, digest);
  }

  private static String digest(Path file, MessageDigest digest) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream bytes = Files.newInputStream(file)) {
      for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
