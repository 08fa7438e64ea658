package io.llmforge.crds.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyNamesTest {

  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "a, a, 0",
    "a, '', 1",
    "ab, ba, 1",
    "kitten, sitting, 3",
    "eval_path, valid_path, 3"
  })
  void distanceCountsEdits(String from, String to, int edits) {
    assertThat(Spelling.distance(from, to)).isEqualTo(edits);
    assertThat(Spelling.distance(to, from)).isEqualTo(edits);
  }

  @Test
  void noKnownKeyIsTakenForAMisspeltOther() {
    var keys = KeyTypes.of(LlmForgeConfig.class).keys().keySet();

    assertThat(keys)
        .hasSize(47)
        .allSatisfy(
            key -> assertThat(KeyNames.guess(key, keys).orElseThrow().name()).isEqualTo(key));
  }
}
