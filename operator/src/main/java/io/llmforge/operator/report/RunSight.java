package io.llmforge.operator.report;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StatusAnswer;
import java.util.Optional;

/**
 * What is known of a run at one moment.
 *
 * @param status its status
 * @param report what its trainer says, when there is one that answers
 */
record RunSight(FineTuneJobStatus status, Optional<TrainingReport> report) {

  RunSight {
    requireNonNull(status, "status");
    requireNonNull(report, "report");
  }

  static RunSight of(Observation observation, FineTuneJobStatus status) {
    return new RunSight(
        status,
        observation.answer() instanceof StatusAnswer.Report(TrainingReport report)
            ? Optional.of(report)
            : Optional.empty());
  }
}
