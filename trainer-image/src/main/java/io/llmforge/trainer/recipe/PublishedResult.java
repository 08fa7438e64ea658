package io.llmforge.trainer.recipe;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.trainer.storage.Durable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a published folder follows from and what the run measured, so that a run of the same content
 * can take it over: {@code result.json}.
 *
 * @param schema version of this format
 * @param content digest of everything the result follows from
 * @param progress of the run at its end, without times
 * @param step optimizer step of the checkpoint that is published
 */
record PublishedResult(String schema, String content, Progress progress, long step) {

  static final String FILE = "result.json";
  private static final String SCHEMA = "llmforge.result/1";

  PublishedResult {
    requireNonNull(schema, "schema");
    requireNonNull(content, "content");
    requireNonNull(progress, "progress");
  }

  static PublishedResult of(ContentDigest content, Progress end, long step) {
    var timeless =
        new Progress(
            end.step(),
            end.totalSteps(),
            end.epoch(),
            end.totalEpochs(),
            end.tokens(),
            null,
            null,
            null,
            end.metrics(),
            null,
            null);
    return new PublishedResult(SCHEMA, content.text(), timeless, step);
  }

  void write(Path folder) throws IOException {
    Durable.writeText(folder.resolve(FILE), PlanJson.writeIndented(this));
  }

  /** Empty when it is of another version, or nobody's. */
  static Optional<PublishedResult> parse(String text) {
    try {
      return Optional.of(PlanJson.read(text, PublishedResult.class))
          .filter(result -> result.schema().equals(SCHEMA));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
