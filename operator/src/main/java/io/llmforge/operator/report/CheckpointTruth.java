package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoint;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoints;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Copy;
import io.llmforge.operator.decide.Reason;
import org.jspecify.annotations.Nullable;

/** What condition CheckpointAvailable says. */
final class CheckpointTruth {

  private CheckpointTruth() {}

  /** Of what the status records of the present run. */
  static Truth of(@Nullable Checkpoints checkpoints) {
    if (checkpoints == null || checkpoints.latest() == null) {
      return Truth.no(Reason.NOT_YET);
    }
    Checkpoint latest = checkpoints.latest();
    return Truth.yes(
        Reason.SAVED,
        "%s holds step %d. %s%s"
            .formatted(
                latest.id(), latest.step(), Reason.SAVED.sentence(), copied(checkpoints.copied())));
  }

  private static String copied(@Nullable Copy copy) {
    return copy == null ? "" : " Step %d is also in %s.".formatted(copy.step(), copy.uri());
  }
}
