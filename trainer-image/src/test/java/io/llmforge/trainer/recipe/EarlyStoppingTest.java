package io.llmforge.trainer.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.checkpoint.EvaluationTrend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EarlyStoppingTest {

  static Stream<JsonNode> runsOfTransformersCallback() throws IOException {
    var file = Path.of("src/test/resources/fixtures/schedules/early_stopping.json");
    return new ObjectMapper().readTree(Files.readString(file)).valueStream();
  }

  @ParameterizedTest
  @MethodSource("runsOfTransformersCallback")
  void runEndsWhereTransformersEndsIt(JsonNode run) {
    var rule =
        new TrainingPlan.EarlyStopping(
            run.path("patience").asInt(), run.path("threshold").asDouble());
    var stopping = new EarlyStopping(Optional.of(rule), EvaluationTrend.INITIAL);
    var evaluations = 0;

    for (var loss : run.path("losses")) {
      if (!stopping.isOver()) {
        // As if every evaluation were in another attempt.
        stopping = new EarlyStopping(Optional.of(rule), stopping.trend());
        stopping.evaluated(loss.asDouble());
        evaluations++;
      }
    }

    assertThat(stopping.isOver()).isEqualTo(!run.path("ended").isNull());
    assertThat(evaluations).isEqualTo(run.path("ended").asInt(run.path("losses").size()));
  }

  @Test
  void runWithoutTheRuleGoesOn() {
    var stopping = new EarlyStopping(Optional.empty(), EvaluationTrend.INITIAL);

    for (var evaluation = 0; evaluation < 100; evaluation++) {
      stopping.evaluated(evaluation);
    }

    assertThat(stopping.isOver()).isFalse();
  }
}
