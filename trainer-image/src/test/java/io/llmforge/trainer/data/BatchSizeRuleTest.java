package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchSizeRuleTest {

  @ParameterizedTest
  @CsvSource({
    "2, 64",
    "512, 64",
    "513, 32",
    "1024, 32",
    "1025, 8",
    "2048, 8",
    "2049, 4",
    "4096, 4",
    "4097, 3",
    "8192, 2",
    "16384, 1",
    "131072, 1"
  })
  void rowsFollowTheContextLength(int contextLength, int rows) {
    assertThat(BatchSizeRule.rowsPerDevice(null, contextLength)).isEqualTo(rows);
  }

  @Test
  void plannedNumberIsKept() {
    assertThat(BatchSizeRule.rowsPerDevice(5, 8192)).isEqualTo(5);
  }
}
