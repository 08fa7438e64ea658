package io.llmforge.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StatusTokensTest {

  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final Owner OWNER = new Owner("team-a", "tiny", "uid-1");

  @Test
  void restartedOperatorKnowsTheToken() {
    assertThat(StatusTokens.of(KEY).of(OWNER, 1)).isEqualTo(StatusTokens.of(KEY).of(OWNER, 1));
  }

  /** As {@code printf uid-1/1 | openssl dgst -sha256 -hmac KEY} has it. */
  @Test
  void tokenIsTheHmacOfTheRun() {
    assertThat(StatusTokens.of(KEY).of(OWNER, 1))
        .contains("506c5ba8fd6b86f7d44b09adf71459e0efc8e816f938cb9892143257abb70c26");
  }

  @Test
  void everyRunOfEveryJobHasItsOwn() {
    StatusTokens tokens = StatusTokens.of(KEY);
    Owner other = new Owner("team-a", "tiny", "uid-2");

    assertThat(tokens.of(OWNER, 1)).isNotEqualTo(tokens.of(OWNER, 2));
    assertThat(tokens.of(OWNER, 1)).isNotEqualTo(tokens.of(other, 1));
    assertThat(tokens.of(OWNER, 1)).isNotEqualTo(StatusTokens.of(KEY + "0").of(OWNER, 1));
  }

  @Test
  void shortKeyIsRefused() {
    assertThatThrownBy(() -> StatusTokens.of("secret"))
        .hasMessageContaining("needs at least 32", "openssl rand -hex 32");
  }

  @Test
  void operatorWithoutAKeyHasNoTokens() {
    assertThat(StatusTokens.none().of(OWNER, 1)).isEmpty();
  }
}
