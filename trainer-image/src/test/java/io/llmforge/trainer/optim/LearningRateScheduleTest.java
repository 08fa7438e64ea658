package io.llmforge.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LearningRateScheduleTest {

  static Stream<JsonNode> tables() throws IOException {
    var file = Path.of("src/test/resources/fixtures/optim/schedules.json");
    return new ObjectMapper().readTree(Files.readString(file)).valueStream();
  }

  @ParameterizedTest
  @MethodSource("tables")
  void ratesAreThoseOfTransformers(JsonNode table) {
    var shape =
        switch (table.path("name").asText()) {
          case "constant_with_warmup" -> LearningRateSchedule.Shape.CONSTANT;
          case "linear" -> LearningRateSchedule.Shape.LINEAR;
          default -> LearningRateSchedule.Shape.COSINE;
        };

    var schedule =
        new LearningRateSchedule(
            shape,
            table.path("peak").asDouble(),
            table.path("warmup").asInt(),
            table.path("total").asInt());

    var expected = table.path("rates");
    for (var step = 0; step < table.path("total").asInt(); step++) {
      assertThat(schedule.at(step))
          .as("step %d of %s", step, table)
          .isCloseTo(expected.path(step).asDouble(), within(1e-15));
    }
  }

  @Test
  void firstWarmupStepHasRateZero() {
    var schedule = new LearningRateSchedule(LearningRateSchedule.Shape.LINEAR, 1, 4, 10);

    assertThat(schedule.at(0)).isZero();
    assertThat(schedule.at(1)).isEqualTo(0.25);
    assertThat(schedule.at(4)).isEqualTo(1);
  }
}
