package io.llmforge.trainer.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a question to the status server must carry.
 *
 * @param expected the token; empty when anybody may ask
 */
public record StatusToken(Optional<String> expected) {

  private static final String SCHEME = "Bearer ";

  /** Anybody may ask. */
  public static final StatusToken NONE = new StatusToken(Optional.empty());

  /**
   * The token in a file.
   *
   * @throws IOException when it cannot be read, or is empty
   */
  public static StatusToken in(Path file) throws IOException {
    String token = Files.readString(file).strip();
    if (token.isEmpty()) {
      throw new IOException(file + " is empty and must hold the token of the status server");
    }
    return new StatusToken(Optional.of(token));
  }

  /** Whether a question may be answered; takes as long for a wrong token as for a right one. */
  boolean allows(HttpExchange exchange) {
    if (expected.isEmpty()) {
      return true;
    }
    @Nullable String given = exchange.getRequestHeaders().getFirst("Authorization");
    return given != null
        && given.startsWith(SCHEME)
        && MessageDigest.isEqual(
            given.substring(SCHEME.length()).getBytes(UTF_8), expected.get().getBytes(UTF_8));
  }
}
