package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptOutcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.identity.ObjectKey;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import io.llmforge.operator.observe.TrainerPod.Kill;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The transition table of a run's last stage, for results that leave the cluster. Recorded is a
 * stage of run 1, attempt 1, with its Job ({@code train}, {@code publish}) or before it ({@code
 * -planned}).
 */
class PublishStageTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final TrainingPlanner PLANNER = new TrainingPlanner(new LlmForgeConfigReader());
  private static final String HASH = planned("same").hash();
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Output RESULT =
      new Output(Output.Kind.ADAPTER, "s3://results/tiny", "sha256:0", 1, 1);

  private final Decider decider = new Decider(PLANNER);

  @ParameterizedTest(name = "[{index}] {0} recorded, train {2}, publish {3}, {4} spec -> {5}")
  @CsvSource(
      value = {
        // recorded, failed before, train Job, publish Job, spec -> decision
        "train,           0, trained,   none,      same,      publish 1/1 First",
        "train,           2, trained,   none,      same,      publish 1/1 First",
        "train,           0, trained,   none,      suspended, Suspended publish 1/1",
        // A trainer that knows of no other stage has published itself.
        "train,           0, completed, none,      same,      Succeed train 1/1",
        // What was trained is published, and the change begins after it.
        "train,           0, trained,   none,      other,     publish 1/1 First",
        "train,           0, trained,   none,      inside,    publish 1/1 First",
        "train,           0, trained,   none,      refused,   Refuse",
        // Trained before it was told to end.
        "train,           0, stopped-trained, none, suspended, Suspended publish 1/1",
        "train,           0, stopped-trained, none, same,     publish 1/1 First",
        // The operator died after it had created the publish Job and before it could record it.
        "train,           0, trained,   active,    same,      publish 1/1 Publishing",
        "train,           0, trained,   completed, same,      Succeed publish 1/1",
        // Before its Job, and when that is lost.
        "publish-planned, 0, trained,   none,      same,      publish 1/1 First",
        "publish-planned, 0, none,      none,      same,      publish 1/1 First",
        "publish-planned, 0, trained,   none,      other,     publish 1/1 First",
        "publish-planned, 0, trained,   none,      suspended, Suspended publish 1/1",
        "publish,         0, trained,   none,      same,      publish 1/2 Again",
        "publish,         2, trained,   none,      same,      Fail POD_LOST publish",
        // At work: what became of the trainer does not matter any more.
        "publish,         0, none,      active,    same,      publish 1/1 Publishing",
        "publish,         0, trained,   active,    other,     publish 1/1 Publishing",
        "publish,         0, trained,   active,    refused,   Await publish 1/1",
        "publish,         0, trained,   active,    suspended, Suspending publish 1/1",
        "publish,         0, trained,   stopped,   suspended, Suspended publish 1/2",
        "publish,         0, trained,   stopped,   same,      publish 1/2 Again",
        "publish,         0, trained,   stopped-completed, suspended, Succeed publish 1/1",
        // It is there.
        "publish,         0, trained,   completed, same,      Succeed publish 1/1",
        "publish,         0, trained,   completed, other,     Succeed publish 1/1",
        "publish,         0, trained,   completed, refused,   Succeed publish 1/1",
        // It is not; nothing is trained again.
        "publish,         0, trained,   trained,   same,      Fail UNPROVEN_COMPLETION publish",
        "publish,         0, trained,   exited-77, same,      Fail ACCESS_DENIED publish",
        "publish,         0, trained,   exited-69, same,      publish 1/2 Again",
        "publish,         0, trained,   exited-69, other,     publish 1/2 Again",
        "publish,         2, trained,   exited-69, same,      Fail STORAGE_UNAVAILABLE publish",
        "publish,         2, trained,   exited-75, same,      publish 1/2 Again",
      })
  void factsLeadToOneDecision(
      String recorded,
      int failedAttempts,
      String train,
      String publish,
      String spec,
      String expected) {
    List<StageJob> jobs = new ArrayList<>();
    add(Stage.TRAIN, train, jobs);
    add(Stage.PUBLISH, publish, jobs);
    FineTuneJobStatus status = status(run(recorded, failedAttempts), null);

    assertThat(DecisionText.of(decider.decide(observation(spec, status, jobs))))
        .isEqualTo(expected);
  }

  @ParameterizedTest(name = "[{index}] {0} for {1}, then {2} -> {3}")
  @CsvSource(
      value = {
        // stage that failed, reason, spec -> decision
        "Publish, AccessDenied,   unchanged, Rest publish 1/1",
        "Publish, AccessDenied,   same,      publish 1/2 First",
        "Publish, AccessDenied,   suspended, Suspended publish 1/2",
        "Publish, StorageUnavailable, same,  publish 1/2 First",
        "Publish, AccessDenied,   validating, preflight 2/1 First",
        "Publish, AccessDenied,   other,     preflight 2/1 First",
        "Publish, AccessDenied,   refused,   Refuse",
        // Its workspace has no result any more.
        "Publish, SourceNotFound, same,      preflight 2/1 First",
        "Train,   AccessDenied,   same,      preflight 2/1 First",
      })
  void failedRunIsPublishedAnewWhenAnybodyAsks(
      FineTuneJobStatus.Stage stage, String reason, String spec, String expected) {
    Run run = new Run(1, HASH, 1L, null, null, Outcome.Failed, stage, 1, 0, "tiny-1-x-1");
    var failure = new FineTuneJobStatus.Failure(reason, "away", null, null, null, null);

    assertThat(DecisionText.of(decider.decide(observation(spec, status(run, failure), List.of()))))
        .isEqualTo(expected);
  }

  @Test
  void runThatIsPublishedAnewAnswersTheNewSpecWithAllItsTries() {
    Run run =
        new Run(
            1, HASH, 1L, null, null, Outcome.Failed, FineTuneJobStatus.Stage.Publish, 3, 2, "job");

    var decision =
        (Decision.Train) decider.decide(observation("same", status(run, null), List.of()));

    assertThat(decision.run()).isEqualTo(new RunState(1, HASH, 2, Stage.PUBLISH, 4, 0));
  }

  @Test
  void attemptThatWasAskedForAndHadToWaitIsNoRetry() {
    Run run = new Run(1, HASH, 2L, null, null, null, FineTuneJobStatus.Stage.Publish, 2, 0, null);
    var failed =
        new AttemptStatus(
            1,
            "tiny-1-publish-1",
            "2026-11-23T11:00:00Z",
            "2026-11-23T11:59:59Z",
            AttemptOutcome.Failed,
            "StorageUnavailable",
            "away",
            10L,
            69);
    var status =
        new FineTuneJobStatus(
            null,
            null,
            null,
            run,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            List.of(failed),
            null,
            null,
            null);

    assertThat(DecisionText.of(decider.decide(observation("same", status, List.of()))))
        .isEqualTo("publish 1/2 First");
  }

  @ParameterizedTest
  @CsvSource({
    "trained, none, publish 1/1 First",
    "trained, active, publish 1/1 Publishing",
    "none, active, publish 1/1 Publishing",
    "trained, completed, Succeed publish 1/1"
  })
  void lostStatusIsRebuiltFromTheJobs(String train, String publish, String expected) {
    List<StageJob> jobs = new ArrayList<>();
    add(Stage.TRAIN, train, jobs);
    add(Stage.PUBLISH, publish, jobs);

    assertThat(DecisionText.of(decider.decide(observation("same", Observation.NO_STATUS, jobs))))
        .isEqualTo(expected);
  }

  @Test
  void succeededRunIsAnsweredByAnotherWhenItsPlanChanges() {
    Run run =
        new Run(
            1, HASH, 1L, null, null, Outcome.Succeeded, FineTuneJobStatus.Stage.Publish, 1, 0, "j");

    assertThat(DecisionText.of(decider.decide(observation("other", status(run, null), List.of()))))
        .isEqualTo("preflight 2/1 First");
    assertThat(DecisionText.of(decider.decide(observation("same", status(run, null), List.of()))))
        .isEqualTo("Rest publish 1/1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"same", "inside"})
  void onlyResultsThatLeaveTheClusterHaveTheStage(String spec) {
    assertThat(planned(spec).stages().contains(Stage.PUBLISH)).isEqualTo(spec.equals("same"));
  }

  private static Planning.Planned planned(String spec) {
    return (Planning.Planned) PLANNER.plan(OWNER, spec(spec));
  }

  private static Observation observation(
      String spec, FineTuneJobStatus status, List<StageJob> jobs) {
    return new Observation(
        new Request(OWNER, spec.equals("unchanged") ? 1 : 2, spec(spec)),
        status,
        Set.of(new ObjectKey("PersistentVolumeClaim", "tiny-1-workspace")),
        jobs,
        new StatusAnswer.NotAsked(),
        NOON);
  }

  private static FineTuneJobSpec spec(String name) {
    ObjectNode config = JobFixture.config();
    if (name.equals("other")) {
      config.put("learning_rate", 0.5e-4);
    }
    if (name.equals("refused")) {
      config.put("train_path", "ftp://host/rows.jsonl");
    }
    String place = name.equals("inside") ? "pvc://models/tiny" : "s3://results/tiny";
    return SpecDraft.of(config)
        .suspend(name.equals("suspended") ? true : null)
        .validateOnly(name.equals("validating") ? true : null)
        .outputs(List.of(new FineTuneJobSpec.Output("adapter", place, null)))
        .runPolicy(JobFixture.twoRetries())
        .build();
  }

  private static Run run(String recorded, int failedAttempts) {
    var stage =
        recorded.startsWith("train")
            ? FineTuneJobStatus.Stage.Train
            : FineTuneJobStatus.Stage.Publish;
    @Nullable String job = recorded.endsWith("-planned") ? null : "tiny-1-" + recorded + "-1";
    return new Run(1, HASH, 1L, null, null, null, stage, 1, failedAttempts, job);
  }

  private static FineTuneJobStatus status(Run run, FineTuneJobStatus.@Nullable Failure failure) {
    return new FineTuneJobStatus(
        null, null, null, run, null, null, null, null, failure, null, null, null, null, null, null,
        null, null);
  }

  private static void add(Stage stage, String text, List<StageJob> jobs) {
    switch (text) {
      case "none" -> {}
      case "active" -> jobs.add(job(stage, StageJob.State.ACTIVE, new TrainerPod.Absent()));
      case "stopped" -> jobs.add(job(stage, StageJob.State.STOPPED, new TrainerPod.Absent()));
      case "trained" -> jobs.add(job(stage, StageJob.State.COMPLETE, trained()));
      case "completed" -> jobs.add(job(stage, StageJob.State.COMPLETE, completed()));
      case "stopped-trained" -> jobs.add(job(stage, StageJob.State.STOPPED, trained()));
      case "stopped-completed" -> jobs.add(job(stage, StageJob.State.STOPPED, completed()));
      default ->
          jobs.add(
              job(
                  stage,
                  StageJob.State.FAILED,
                  new TrainerPod.Exited(
                      "pod",
                      Integer.parseInt(text.substring("exited-".length())),
                      Kill.NONE,
                      new LastWords.Silence())));
    }
  }

  private static TrainerPod trained() {
    return exited(new TrainingReport.Trained(TrainingReport.Progress.NONE, RESULT));
  }

  private static TrainerPod completed() {
    return exited(new TrainingReport.Completed(TrainingReport.Progress.NONE, RESULT));
  }

  private static TrainerPod exited(TrainingReport words) {
    return new TrainerPod.Exited("pod", 0, Kill.NONE, new LastWords.Report(words));
  }

  private static StageJob job(Stage stage, StageJob.State state, TrainerPod pod) {
    return new StageJob(
        "tiny-1-%s-1".formatted(stage.label()),
        new JobMark(1, stage, 1, HASH, 1, 0),
        state,
        new StageJob.Shards(1, 0),
        List.of(new IndexedPod(0, "", "", pod)),
        StageJob.Past.UNKNOWN);
  }
}
