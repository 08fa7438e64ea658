package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Progress;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Queue;
import io.llmforge.operator.observe.RecordedTime;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is told of a run under way; only its phase is told by a label.
 *
 * @param metric name of the metric
 * @param unit its base unit, if it has one
 * @param description what it is
 * @param value reads it; nothing when it is not known
 * @param labels labels beside those that say which job it is
 */
record RunSample(
    String metric,
    @Nullable String unit,
    String description,
    Function<RunSight, Optional<Double>> value,
    Function<RunSight, Tags> labels) {

  static final List<RunSample> ALL =
      List.of(
          new RunSample(
              "llmforge.finetunejob.phase",
              null,
              "1 for the phase that the run is in",
              sight -> Optional.ofNullable(sight.status().phase()).map(phase -> 1.0),
              sight -> Tags.of("phase", String.valueOf(sight.status().phase()))),
          sample(
              "progress.ratio",
              null,
              "Part of the run that is done, 0 to 1",
              sight -> progress(sight).flatMap(RunSample::ratio)),
          sample(
              "step",
              null,
              "Optimizer steps done",
              sight -> progress(sight).map(progress -> (double) progress.step())),
          sample(
              "total.steps",
              null,
              "Optimizer steps of the run",
              sight -> progress(sight).map(progress -> (double) progress.totalSteps())),
          sample(
              "loss",
              null,
              "Newest training loss; NaN when it is no number",
              sight -> progress(sight).map(Progress::loss).flatMap(RunSample::number)),
          sample(
              "tokens",
              null,
              "Tokens of training rows processed since the run began",
              sight -> sight.report().map(report -> (double) report.progress().tokens())),
          sample(
              "tokens.per.second",
              null,
              "Recent training speed",
              sight -> progress(sight).map(Progress::tokensPerSecond).flatMap(RunSample::number)),
          sample(
              "time.left",
              "seconds",
              "Estimated time to the end of training",
              sight -> progress(sight).map(Progress::etaSeconds).map(Long::doubleValue)),
          sample(
              "last.step.time",
              "seconds",
              "End of the last optimizer step, since the epoch",
              sight -> progress(sight).map(Progress::lastStepTime).flatMap(RunSample::seconds)),
          sample(
              "accelerators",
              null,
              "Accelerators that the run's pods ask for",
              sight ->
                  Optional.ofNullable(sight.status().resources())
                      .map(resources -> (double) resources.gpus())),
          sample(
              "queue.position",
              null,
              "Place in the line for quota, from 1",
              sight ->
                  Optional.ofNullable(sight.status().queue())
                      .map(Queue::position)
                      .map(Integer::doubleValue)),
          sample(
              "attempt",
              null,
              "Attempt under way or made last, from 1",
              sight ->
                  Optional.ofNullable(sight.status().run()).map(run -> (double) run.attempt())));

  /** Its value; nothing when it is not known. */
  Optional<Double> of(RunSight sight) {
    return value.apply(sight);
  }

  private static RunSample sample(
      String name,
      @Nullable String unit,
      String description,
      Function<RunSight, Optional<Double>> value) {
    return new RunSample(
        "llmforge.finetunejob." + name, unit, description, value, sight -> Tags.empty());
  }

  private static Optional<Progress> progress(RunSight sight) {
    return Optional.ofNullable(sight.status().progress());
  }

  private static Optional<Double> ratio(Progress progress) {
    return progress.totalSteps() == 0
        ? Optional.empty()
        : Optional.of((double) progress.step() / progress.totalSteps());
  }

  // Statuses hold numbers as text, so that NaN survives.
  private static Optional<Double> number(String text) {
    try {
      return Optional.of(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Double> seconds(String time) {
    return RecordedTime.read(time).map(instant -> (double) instant.getEpochSecond());
  }
}
