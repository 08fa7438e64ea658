package io.llmforge.localcluster.api.write;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Names and identifiers that nobody chose. */
public final class Identities {
  /** No vowels, so that no words come out, and nothing that looks like something else. */
  private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  private static final int SUFFIX_LENGTH = 5;

  private final RandomGenerator random;

  public Identities(RandomGenerator random) {
    this.random = random;
  }

  public String uid() {
    long versioned = (random.nextLong() & ~0xF000L) | 0x4000L;
    long variant = (random.nextLong() & ~(3L << 62)) | (2L << 62);
    return new UUID(versioned, variant).toString();
  }

  public String generatedName(String prefix) {
    StringBuilder name = new StringBuilder(prefix);
    for (int index = 0; index < SUFFIX_LENGTH; index++) {
      name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return name.toString();
  }
}
