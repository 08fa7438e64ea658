package io.llmforge.trainer.recipe;

import io.llmforge.trainer.data.TokenRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 of what must be the same when a run is continued. */
final class Digests {

  private Digests() {}

  static String of(String text) {
    return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  static String of(List<TokenRow> rows) {
    MessageDigest digest = sha256();
    for (TokenRow row : rows) {
      ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + row.length()));
      bytes.putInt(row.length());
      bytes.asIntBuffer().put(row.tokens());
      digest.update(bytes.array());
      digest.update(row.trained().toByteArray());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
