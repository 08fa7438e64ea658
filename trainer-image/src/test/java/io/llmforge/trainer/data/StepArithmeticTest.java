package io.llmforge.trainer.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Steps and windows as Transformers' trainer counts them. */
class StepArithmeticTest {

  @Test
  void stepsPerEpochTotalsAndWarmupsAreThoseOfTransformers() throws IOException {
    var agreement = new Agreement(GoldenTest.STEP_ARITHMETIC, "1800 combinations, rows 1 to 50");

    for (var row : table("steps")) {
      var layout =
          new StepLayout(
              row.path(0).asInt(),
              row.path(1).asInt() * row.path(2).asInt(),
              row.path(3).asDouble(),
              42);
      agreement.addExact(
          row.toString(),
          List.of((long) layout.stepsPerEpoch(), layout.totalSteps()),
          List.of(row.path(4).asLong(), row.path(5).asLong()));
      agreement.addExact(
          "a tenth of warm-up, " + row,
          (long) Math.ceil(layout.totalSteps() * 0.1),
          row.path(6).asLong());
    }

    agreement.check();
  }

  @Test
  void everyWindowHasAsManyRowsAsInATrainingThatTransformersRan() throws IOException {
    var agreement = new Agreement(GoldenTest.STEP_ARITHMETIC, "rows of every window");

    for (var run : table("windows")) {
      var layout =
          new StepLayout(
              run.path("rows").asInt(),
              run.path("batch").asInt() * run.path("accumulation").asInt(),
              run.path("epochs").asDouble(),
              42);
      var steps = new StepRows(layout);
      agreement.addExact(
          run.toString(),
          LongStream.range(0, layout.totalSteps()).mapToObj(step -> steps.of(step).length).toList(),
          run.path("windows").valueStream().map(JsonNode::asInt).toList());
    }

    agreement.check();
  }

  private static JsonNode table(String name) throws IOException {
    var file = Path.of("src/test/resources/fixtures/schedules", name + ".json");
    return new ObjectMapper().readTree(Files.readString(file));
  }
}
