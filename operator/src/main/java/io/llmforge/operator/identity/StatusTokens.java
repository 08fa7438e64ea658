package io.llmforge.operator.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The token that a run's trainer asks of whoever wants to know how far it is. It follows from the
 * operator's key and the run (HMAC-SHA-256, RFC 2104), so that no operator has to remember it, nor
 * to read the Secret that hands it to the trainer. A token is of no use for any other run.
 */
public final class StatusTokens {

  /** Shorter keys could be guessed. */
  public static final int LEAST_CHARACTERS = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final Optional<SecretKeySpec> key;

  private StatusTokens(Optional<SecretKeySpec> key) {
    this.key = key;
  }

  /** Trainers that answer anybody: the operator has no key. */
  public static StatusTokens none() {
    return new StatusTokens(Optional.empty());
  }

  /**
   * Tokens of a key.
   *
   * @throws IllegalArgumentException when the key is too short
   */
  public static StatusTokens of(String key) {
    requireNonNull(key, "key");
    if (key.length() < LEAST_CHARACTERS) {
      throw new IllegalArgumentException(
          "the status key has %d characters and needs at least %d; make one with: openssl rand -hex 32"
              .formatted(key.length(), LEAST_CHARACTERS));
    }
    return new StatusTokens(Optional.of(new SecretKeySpec(key.getBytes(UTF_8), ALGORITHM)));
  }

  /** The token of a run, in hexadecimal; none without a key. */
  public Optional<String> of(Owner owner, int run) {
    return key.map(one -> token(one, "%s/%d".formatted(owner.uid(), run)));
  }

  private static String token(SecretKeySpec key, String run) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(run.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
