package io.llmforge.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that lead from a FineTuneJob to its Jobs and back. */
class RunNamesTest {

  @ParameterizedTest
  @EnumSource(Stage.class)
  void stageJobLeadsBackToItsFineTuneJob(Stage stage) {
    assertThat(RunNames.ownerOf(new RunNames("tiny-2-train-1", 12).job(stage, 3)))
        .contains("tiny-2-train-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "tiny", "tiny-1", "tiny-1-train", "tiny-1-serve-1", "-1-train-1"})
  void otherNamesLeadNowhere(String name) {
    assertThat(RunNames.ownerOf(name)).isEmpty();
  }
}
