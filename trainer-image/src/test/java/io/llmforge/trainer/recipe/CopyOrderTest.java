package io.llmforge.trainer.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.CheckpointPlace;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyOrderTest {

  /** Whatever is closed afterwards takes its whole time, and the pod is not killed. */
  @ParameterizedTest
  @CsvSource({"120, 10, 96", "120, 30, 85", "600, 30, 480", "30, 10, 15", "30, 30, 0", "10, 10, 0"})
  void waitingForACopyLeavesTimeToClose(int grace, int closing, int patience) {
    var order =
        new CopyOrder(CheckpointPlace.parse("pvc://models/copies"), Duration.ofSeconds(grace));

    assertThat(order.patience(Duration.ofSeconds(closing))).hasSeconds(patience);
  }
}
