package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoint;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoints;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Copy;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Copied;
import io.llmforge.crds.plan.TrainingReport.Saved;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far training is, in the status.
 *
 * @param progress what is recorded of the same run, or null
 * @param checkpoints what is recorded of the same run, or null
 */
record ProgressStatus(
    FineTuneJobStatus.@Nullable Progress progress, @Nullable Checkpoints checkpoints) {

  /** Nothing is known. */
  static final ProgressStatus NONE = new ProgressStatus(null, null);

  /** What is recorded. */
  static ProgressStatus recorded(FineTuneJobStatus recorded) {
    return new ProgressStatus(recorded.progress(), recorded.checkpoints());
  }

  /** Continued by what a trainer says. */
  ProgressStatus after(Optional<TrainingReport> said, Instant now) {
    return said.map(report -> new ProgressStatus(progress(report, now), checkpoints(report)))
        .orElse(this);
  }

  /** Once the result is at its place, the copies of checkpoints are deleted. */
  ProgressStatus withoutCopies() {
    return checkpoints == null
        ? this
        : new ProgressStatus(progress, new Checkpoints(checkpoints.latest(), null));
  }

  private FineTuneJobStatus.Progress progress(TrainingReport report, Instant now) {
    TrainingReport.Progress said = report.progress();
    @Nullable Long eta = report instanceof TrainingReport.Running ? said.etaSeconds() : null;
    @Nullable Double speed = said.tokensPerSecond();
    @Nullable String activity =
        report instanceof TrainingReport.Running running ? ProgressText.activity(running) : null;
    return new FineTuneJobStatus.Progress(
        percent(said),
        said.step(),
        said.totalSteps(),
        "%d/%d".formatted(said.step(), said.totalSteps()),
        ProgressText.epoch(said.epoch()),
        ProgressText.loss(said).orElse(null),
        speed == null ? null : ProgressText.number(Math.rint(speed)),
        eta,
        eta == null ? null : ProgressText.duration(eta),
        said.lastStepTime(),
        activity,
        lastChange(said.step(), activity, now));
  }

  private String lastChange(long step, @Nullable String activity, Instant now) {
    return progress != null
            && progress.step() == step
            && Objects.equals(progress.activity(), activity)
            && progress.lastChangeTime() != null
        ? progress.lastChangeTime()
        : RunRecord.text(now);
  }

  private @Nullable Checkpoints checkpoints(TrainingReport report) {
    @Nullable Checkpoint latest = latest(report.progress().checkpoint());
    return latest == null ? null : new Checkpoints(latest, copy(report));
  }

  private @Nullable Checkpoint latest(@Nullable Saved saved) {
    if (saved != null) {
      return checkpoint(saved);
    }
    return checkpoints == null ? null : checkpoints.latest();
  }

  private @Nullable Copy copy(TrainingReport report) {
    @Nullable Copied copied = report.progress().copied();
    if (copied == null) {
      return checkpoints == null ? null : checkpoints.copied();
    }
    return new Copy(copied.name(), copied.step(), copied.place());
  }

  // An attempt that continues from a checkpoint does not know how long it took to write.
  private Checkpoint checkpoint(Saved saved) {
    @Nullable Double seconds = saved.seconds();
    if (seconds != null) {
      return new Checkpoint(saved.name(), saved.step(), ProgressText.number(seconds));
    }
    @Nullable String before =
        Optional.ofNullable(checkpoints)
            .map(Checkpoints::latest)
            .filter(latest -> saved.name().equals(latest.id()))
            .map(Checkpoint::seconds)
            .orElse(null);
    return new Checkpoint(saved.name(), saved.step(), before);
  }

  private static int percent(TrainingReport.Progress progress) {
    if (progress.totalSteps() <= 0) {
      return 0;
    }
    return Math.clamp(progress.step() * 100 / progress.totalSteps(), 0, 100);
  }
}
