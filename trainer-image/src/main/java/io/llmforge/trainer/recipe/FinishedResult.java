package io.llmforge.trainer.recipe;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.trainer.checkpoint.Manifest;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a trainer has left in the workspace to be published.
 *
 * @param progress of the training at its end
 * @param output the result, and where it is to go
 */
record FinishedResult(Progress progress, Output output) {

  FinishedResult {
    requireNonNull(progress, "progress");
    requireNonNull(output, "output");
  }

  /** Refuses a folder that is not just what the trainer has written. */
  static FinishedResult in(Path folder, TrainingPlan plan) {
    try {
      Optional<String> problem = Manifest.problem(folder);
      if (problem.isPresent()) {
        throw missing(folder, problem.get());
      }
      PublishedResult result =
          read(folder).orElseThrow(() -> missing(folder, "has no " + PublishedResult.FILE));
      var output =
          new Output(
              PublishedForm.of(plan).kind(),
              plan.output().location().text(),
              Manifest.digest(folder),
              Manifest.read(folder).bytes(),
              result.step());
      return new FinishedResult(result.progress(), output);
    } catch (IOException e) {
      throw StorageException.reading(folder.toString(), e);
    }
  }

  private static Optional<PublishedResult> read(Path folder) throws IOException {
    Path file = folder.resolve(PublishedResult.FILE);
    return Files.isRegularFile(file)
        ? PublishedResult.parse(Files.readString(file))
        : Optional.empty();
  }

  private static StorageException missing(Path folder, String problem) {
    return new StorageException.NotFound(
        "the finished result is not in the run's workspace any more: %s %s; any change of the spec trains it again"
            .formatted(folder, problem),
        null);
  }
}
