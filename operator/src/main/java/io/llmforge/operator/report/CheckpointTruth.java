package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoint;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoints;
import io.llmforge.operator.decide.Reason;
import org.jspecify.annotations.Nullable;

/** What condition CheckpointAvailable says. */
final class CheckpointTruth {

  private CheckpointTruth() {}

  /** Of what the status records of the present run. */
  static Truth of(@Nullable Checkpoints checkpoints) {
    @Nullable Checkpoint latest = checkpoints == null ? null : checkpoints.latest();
    return latest == null
        ? Truth.no(Reason.NOT_YET)
        : Truth.yes(
            Reason.SAVED,
            "%s holds step %d. %s".formatted(latest.id(), latest.step(), Reason.SAVED.sentence()));
  }
}
