package io.llmforge.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.optim.LearningRateSchedule.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LearningRateScheduleTest {

  private static final double BOUND = 1e-12;

  @ParameterizedTest
  @EnumSource
  void ratesAreThoseOfTransformers(Shape shape) throws IOException {
    var agreement = new Agreement(GoldenTest.LEARNING_RATE_TABLES, name(shape));

    for (var table : tables()) {
      if (table.path("name").asText().equals(name(shape))) {
        agreement.add(label(table), factors(shape, table), expected(table), BOUND);
      }
    }

    agreement.check();
  }

  /** Warm-up that counts from 1 instead of 0, and a decay that ends one step early. */
  @Test
  void scheduleThatIsOffByOneStepIsSeen() throws IOException {
    var agreement = new Agreement(GoldenTest.LEARNING_RATE_TABLES, "one step off");

    for (var table : tables()) {
      var expected = expected(table);
      if (table.path("name").asText().equals("cosine") && expected.length > 2) {
        var late = factors(Shape.COSINE, table);
        System.arraycopy(late.clone(), 1, late, 0, late.length - 1);
        agreement.add(label(table), late, expected, BOUND);
      }
    }

    agreement.checkCaught(1e6);
  }

  @Test
  void firstWarmupStepHasRateZero() {
    var schedule = new LearningRateSchedule(Shape.LINEAR, 1, 4, 10);

    assertThat(schedule.at(0)).isZero();
    assertThat(schedule.at(1)).isEqualTo(0.25);
    assertThat(schedule.at(4)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void ratesStayBetweenZeroAndThePeakWhateverTheWarmup(Shape shape) {
    for (var warmup : new int[] {0, 1, 9, 10, 11, 1000}) {
      for (var peak : new double[] {0, 1e-9, 1e-7, 3e-4}) {
        var schedule = new LearningRateSchedule(shape, peak, warmup, 10);
        for (var step = 0; step <= 10; step++) {
          assertThat(schedule.at(step)).isBetween(0.0, peak);
        }
      }
    }
  }

  @Test
  void scheduleWithoutStepsIsRefused() {
    assertThatThrownBy(() -> new LearningRateSchedule(Shape.LINEAR, 1, 0, 0))
        .hasMessage("no schedule of 0 steps with 0 of warm-up");
  }

  private static JsonNode tables() throws IOException {
    var file = Path.of("src/test/resources/fixtures/schedules/tables.json");
    return new ObjectMapper().readTree(Files.readString(file));
  }

  private static String name(Shape shape) {
    return shape.name().toLowerCase(Locale.ROOT);
  }

  private static String label(JsonNode table) {
    return "%d steps, %d of warm-up"
        .formatted(table.path("total").asInt(), table.path("warmup").asInt());
  }

  private static double[] factors(Shape shape, JsonNode table) {
    var peak = table.path("peak").asDouble();
    var schedule =
        new LearningRateSchedule(
            shape, peak, table.path("warmup").asInt(), table.path("total").asInt());
    return IntStream.range(0, table.path("multipliers").size())
        .mapToDouble(step -> schedule.at(step) / peak)
        .toArray();
  }

  private static double[] expected(JsonNode table) {
    return table.path("multipliers").valueStream().mapToDouble(JsonNode::asDouble).toArray();
  }
}
