package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Metric;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Output;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Failure;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.decide.Reason;
import java.util.List;
import java.util.Locale;

/** Parts of a status, made of what the trainer reports. */
final class StatusParts {

  /** Stands for a failure whose record was lost. */
  static final FineTuneJobStatus.Failure UNKNOWN_FAILURE =
      new FineTuneJobStatus.Failure(
          Reason.INTERNAL_ERROR.text(),
          "The run failed, and the record of why was lost.",
          null,
          null,
          null,
          Reason.INTERNAL_ERROR.sentence());

  private static final String AGAIN =
      "Where the spec is right, change spec.retryToken to have the run tried again.";

  private static final int MOST_METRICS = 32;

  private StatusParts() {}

  static FineTuneJobStatus.Failure failure(Decision.Fail fail) {
    Failure failure = fail.failure();
    return new FineTuneJobStatus.Failure(
        failure.reason().text(),
        asSentence(failure.message()),
        fail.run().stage().label(),
        failure.pod().isEmpty() ? null : failure.pod(),
        failure.exitCode().isPresent() ? failure.exitCode().getAsInt() : null,
        "%s %s".formatted(failure.reason().sentence(), AGAIN));
  }

  static List<Output> outputs(Decision.Succeed succeed) {
    TrainingReport.Output output = succeed.report().output();
    return List.of(
        new Output(
            name(succeed.planning(), output),
            kind(output.kind()),
            output.location(),
            output.digest(),
            output.bytes(),
            output.step(),
            succeed.report().origin() == TrainingReport.Origin.ADOPTED ? Boolean.TRUE : null));
  }

  static List<Metric> metrics(TrainingReport report) {
    return report.progress().metrics().stream()
        .limit(MOST_METRICS)
        .map(
            metric ->
                new Metric(
                    metric.name(),
                    ProgressText.number(metric.value()),
                    metric.step(),
                    ProgressText.number(metric.first()),
                    ProgressText.number(metric.best()),
                    metric.bestStep()))
        .toList();
  }

  // The trainer knows places, the plan knows what they are called.
  private static String name(Planning planning, TrainingReport.Output output) {
    return switch (planning) {
      case Planning.Planned planned -> planned.plan().output().name();
      case Planning.Refused refused -> kind(output.kind()).toLowerCase(Locale.ROOT);
    };
  }

  private static String kind(TrainingReport.Output.Kind kind) {
    return switch (kind) {
      case ADAPTER -> "Adapter";
      case MODEL -> "Model";
      case REFERENCE -> "Reference";
    };
  }

  private static String asSentence(String message) {
    return message.endsWith(".") ? message : message + ".";
  }
}
