package io.llmforge.localcluster.node.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VariableExpansionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "$(RANK) | 3",
        "rank-$(RANK).$(JOB) | rank-3.train",
        "$(UNKNOWN) | $(UNKNOWN)",
        "$$(RANK) | $(RANK)",
        "$RANK | $RANK",
        "$(PRICE) | $5",
      })
  void referencesAreExpandedAsKubernetesDoes(String text, String expected) {
    var variables = Map.of("RANK", "3", "JOB", "train", "PRICE", "$5");

    assertThat(VariableExpansion.expand(text, variables)).isEqualTo(expected);
  }
}
