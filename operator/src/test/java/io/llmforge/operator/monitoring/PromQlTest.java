package io.llmforge.operator.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromQlTest {

  @Test
  void selectorsAndLabelsAreFound() {
    PromQl query =
        PromQl.parse(
            "sum by (a, b) (rate(x_total{c=\"d\", e=~\"f|g\"}[5m])) / on (h) (y offset 1h) > 0.5");

    assertThat(query.selectors())
        .containsExactly(
            new PromQl.Selector("x_total", Map.of("c", "=d", "e", "=~f|g")),
            new PromQl.Selector("y", Map.of()));
    assertThat(query.labels()).containsExactlyInAnyOrder("a", "b", "h");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sum(x",
        "x)",
        "x{a}",
        "x{a=b}",
        "x[5]",
        "x y",
        "invented(x)",
        "x + ",
        "sum by a (x)",
        "x # y"
      })
  void otherTextsAreRefused(String text) {
    assertThatThrownBy(() -> PromQl.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
