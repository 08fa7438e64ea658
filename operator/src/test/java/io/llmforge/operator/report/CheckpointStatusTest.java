package io.llmforge.operator.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Copy;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Copied;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.crds.plan.TrainingReport.Saved;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the status says of checkpoints and of their copies outside the workspace. */
class CheckpointStatusTest {

  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Saved SAVED = new Saved("step-100", 100, 1.5);
  private static final Copied COPIED = new Copied("step-50", 50, "s3://backup/runs/abc");
  private static final Copy COPY = new Copy("step-50", 50, "s3://backup/runs/abc");

  @Test
  void copyIsNamedBesideTheNewestCheckpoint() {
    ProgressStatus status = ProgressStatus.NONE.after(training(progress(SAVED, COPIED)), NOON);

    assertThat(status.checkpoints().latest().id()).isEqualTo("step-100");
    assertThat(status.checkpoints().copied()).isEqualTo(COPY);
    assertThat(CheckpointTruth.of(status.checkpoints()).message())
        .isEqualTo(
            "step-100 holds step 100. Another attempt continues from it. Step 50 is also in"
                + " s3://backup/runs/abc.");
  }

  @Test
  void attemptThatHasCopiedNothingYetLeavesWhatIsKnown() {
    ProgressStatus before = ProgressStatus.NONE.after(training(progress(SAVED, COPIED)), NOON);

    ProgressStatus after = before.after(training(progress(null, null)), NOON);

    assertThat(after.checkpoints()).isEqualTo(before.checkpoints());
  }

  @Test
  void resultAtItsPlaceHasNoCopiesAnyMore() {
    ProgressStatus before = ProgressStatus.NONE.after(training(progress(SAVED, COPIED)), NOON);

    ProgressStatus after = before.withoutCopies();

    assertThat(after.checkpoints().latest()).isEqualTo(before.checkpoints().latest());
    assertThat(after.checkpoints().copied()).isNull();
  }

  @Test
  void runWithoutCheckpointSaysNothingOfAny() {
    ProgressStatus status = ProgressStatus.NONE.after(training(progress(null, null)), NOON);

    assertThat(status.checkpoints()).isNull();
    assertThat(CheckpointTruth.of(status.checkpoints()).reason().text()).isEqualTo("NotYet");
  }

  private static Optional<TrainingReport> training(Progress progress) {
    return Optional.of(new TrainingReport.Running(TrainingReport.Phase.TRAINING, progress));
  }

  private static Progress progress(Saved saved, Copied copied) {
    return new Progress(124, 266, 1.4, 3, 9000, null, null, null, List.of(), saved, copied);
  }
}
