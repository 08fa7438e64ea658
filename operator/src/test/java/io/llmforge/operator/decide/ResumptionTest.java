package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoint;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoints;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.identity.ObjectKey;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which failures leave something that another attempt can go on with. */
class ResumptionTest {

  private static final Request REQUEST =
      new Request(new Owner("team-a", "tiny", "uid"), 2, SpecDraft.of(JobFixture.config()).build());
  private static final Checkpoints SAVED =
      new Checkpoints(new Checkpoint("checkpoint-000005", 5, null), null);

  @ParameterizedTest
  @CsvSource({
    // stage, reason, what is recorded -> whether it goes on
    "TRAIN,     AcceleratorOutOfMemory, saved, true",
    "TRAIN,     HostOutOfMemory,        saved, true",
    "TRAIN,     StorageUnavailable,     saved, true",
    "TRAIN,     DeadlineExceeded,       saved, true",
    "TRAIN,     RepeatedFailure,        saved, true",
    "TRAIN,     StorageUnavailable,     none,  false",
    "TRAIN,     DatasetInvalid,         saved, false",
    "TRAIN,     SourceNotFound,         saved, false",
    "TRAIN,     CannotWriteOutput,      saved, false",
    "TRAIN,     Diverged,               saved, false",
    "TRAIN,     NotAReasonOfOurs,       saved, false",
    "PREFLIGHT, StorageUnavailable,     saved, false",
    "REFERENCE, StorageUnavailable,     none,  false",
    "REFERENCE, StorageUnavailable,     saved, true",
    "REFERENCE, StorageUnavailable,     scored, true",
    "REFERENCE, DatasetInvalid,         scored, false",
    "PUBLISH,   AccessDenied,           none,  true",
    "PUBLISH,   SourceNotFound,         saved, false",
  })
  void runGoesOnWithWhatIsAsGoodAsBefore(
      Stage stage, String reason, String recorded, boolean goesOn) {
    var failure = new FineTuneJobStatus.Failure(reason, "away", null, null, null, null);
    RunState run = new RunState(1, "sha256:0", 1, stage, 3, 2);

    Optional<RunState> next = Resumption.of(run, observation(failure, recorded, List.of()));

    assertThat(next)
        .isEqualTo(
            goesOn ? Optional.of(new RunState(1, "sha256:0", 2, stage, 4, 0)) : Optional.empty());
  }

  @Test
  void podsThatScoredBesideTheTrainerScoreOn() {
    var failure =
        new FineTuneJobStatus.Failure("StorageUnavailable", "away", null, null, null, null);
    var mark = new JobMark(1, Stage.REFERENCE, 3, "sha256:0", 1, 2);
    var reference =
        new StageJob(
            "tiny-1-reference-3",
            mark,
            StageJob.State.STOPPED,
            new StageJob.Shards(2, 1),
            List.of(),
            StageJob.Past.UNKNOWN);

    Optional<RunState> next =
        Resumption.of(
            new RunState(1, "sha256:0", 1, Stage.TRAIN, 3, 2),
            observation(failure, "saved", List.of(reference)));

    assertThat(next).contains(new RunState(1, "sha256:0", 2, Stage.REFERENCE, 4, 0));
  }

  @Test
  void scoresThatAreMissingAreMadeThoughTheirJobIsGone() {
    var failure =
        new FineTuneJobStatus.Failure("StorageUnavailable", "away", null, null, null, null);

    Optional<RunState> next =
        Resumption.of(
            new RunState(1, "sha256:0", 1, Stage.TRAIN, 3, 2),
            observation(failure, "saved and scored", List.of()));

    assertThat(next).contains(new RunState(1, "sha256:0", 2, Stage.REFERENCE, 4, 0));
  }

  @Test
  void runWhoseWorkspaceIsGoneBeginsAnew() {
    var failure =
        new FineTuneJobStatus.Failure("StorageUnavailable", "away", null, null, null, null);
    Observation there = observation(failure, "saved", List.of());
    var gone =
        new Observation(
            there.request(), there.recorded(), Set.of(), List.of(), there.answer(), there.now());
    RunState run = new RunState(1, "sha256:0", 1, Stage.TRAIN, 3, 2);

    assertThat(Resumption.of(run, there)).isPresent();
    assertThat(Resumption.of(run, gone)).isEmpty();
  }

  private static Observation observation(
      FineTuneJobStatus.Failure failure, String recorded, List<StageJob> jobs) {
    FineTuneJobStatus none = Observation.NO_STATUS;
    var status =
        new FineTuneJobStatus(
            none.observedGeneration(),
            none.phase(),
            none.message(),
            none.run(),
            recorded.endsWith("scored") ? new FineTuneJobStatus.Reference(2, 1) : null,
            none.progress(),
            none.metrics(),
            none.resources(),
            failure,
            none.outputs(),
            none.findings(),
            none.conditions(),
            none.queue(),
            none.attempts(),
            none.usage(),
            recorded.startsWith("saved") ? SAVED : null,
            none.adjustments());
    return new Observation(
        REQUEST,
        status,
        Set.of(new ObjectKey("PersistentVolumeClaim", "tiny-1-workspace")),
        jobs,
        new StatusAnswer.NotAsked(),
        Instant.parse("2026-11-23T12:00:00Z"));
  }
}
