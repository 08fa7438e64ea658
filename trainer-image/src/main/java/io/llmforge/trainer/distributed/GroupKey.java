package io.llmforge.trainer.distributed;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What members of one group know and others do not: HMAC-SHA-256 (RFC 2104) under a shared text.
 *
 * <p>It keeps out a pod of another run or of an earlier attempt, a port scanner, a wrong address.
 * With a text that others in the namespace can read, such as a Job's UID, it does not keep them
 * out; and what follows the greeting is neither encrypted nor authenticated.
 */
public final class GroupKey {

  private static final String ALGORITHM = "HmacSHA256";
  static final int CODE_BYTES = 32;

  private final SecretKeySpec key;

  public GroupKey(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("the group's key is empty");
    }
    this.key = new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  byte[] code(String role, byte[] said) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(role.getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(said);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  boolean isCode(byte[] code, String role, byte[] said) {
    return MessageDigest.isEqual(code, code(role, said));
  }
}
