package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Queue;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.QueueProvider;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.QueueFacts;
import io.llmforge.operator.observe.QueuedJob;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KueueQueueTest {

  private static final String NAME = "tiny-1-train-1";
  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");

  private final QuotaQueue queue = new QuotaQueue(QuotaQueue.PATIENCE, QuotaQueue.SHORTEST_PAUSE);

  @ParameterizedTest(name = "[{index}] provider {0}, queue {1}: {2}")
  @CsvSource(
      nullValues = "-",
      value = {
        "-, team-a, SUBMITTED WAITING_IN_QUEUE",
        "Auto, team-a, SUBMITTED WAITING_IN_QUEUE",
        "Kueue, team-a, SUBMITTED WAITING_IN_QUEUE",
        "None, team-a, AT_ONCE",
        "ResourceQuota, team-a, HELD RESERVING",
        "Auto, -, AT_ONCE",
      })
  void namedQueueIsKueues(QueueProvider provider, String name, String expected) {
    var start = new Decision.Train(planned(), run(), new Attempt.First(), AttemptTerms.FIRST);
    var observation = observation(new Queue(provider, name, null, null), List.of());

    assertThat(text(queue.admit(start, Demand.NOTHING, observation))).isEqualTo(expected);
  }

  @ParameterizedTest(name = "[{index}] Job in {0} is {1}, spec asks for {2}: {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        "team-a, WAITING, team-a, NOT_YET WAITING_IN_QUEUE",
        "team-a, WAITING, team-b, NOT_YET EVICTED",
        "team-a, WAITING, -, NOT_YET EVICTED",
        "team-a, ADMITTED, team-a, AT_ONCE",
        // It is at work: the other queue is for the next attempt.
        "team-a, ADMITTED, team-b, AT_ONCE",
        "team-a, EVICTED, team-a, NOT_YET EVICTED",
        "'', SUSPENDED, -, NOT_YET SUSPENDED_BY_OTHER",
        "team-a, OVER, team-a, AT_ONCE",
      })
  void jobIsFollowed(String in, QueuedJob.State state, String asked, String expected) {
    var underway =
        new Decision.Train(
            planned(),
            run(),
            new Attempt.Underway(NAME, new TrainerPod.Absent()),
            AttemptTerms.FIRST);
    var job = new QueuedJob(NAME, in, state, "", Optional.empty());
    var spec = asked == null ? null : new Queue(null, asked, null, null);

    Admission admission = queue.admit(underway, Demand.NOTHING, observation(spec, List.of(job)));

    assertThat(text(admission)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "[{index}] {0}, suspended by the user: {1} -> {2}")
  @CsvSource({
    "LEAVING, false, NOT_YET EVICTED",
    "LEAVING, true, AT_ONCE",
    "OVER, false, AT_ONCE",
  })
  void leavingIsNoSuspension(QueuedJob.State state, boolean byUser, String expected) {
    var suspending = new Decision.Suspending(planned(), run(), work());
    var job = new QueuedJob(NAME, "team-a", state, "", Optional.empty());
    var asked = new Queue(null, "team-a", null, null);

    Admission admission =
        queue.admit(suspending, Demand.NOTHING, observation(spec(asked, byUser), List.of(job)));

    assertThat(text(admission)).isEqualTo(expected);
  }

  @Test
  void kueueIsQuoted() {
    var underway =
        new Decision.Train(
            planned(),
            run(),
            new Attempt.Underway(NAME, new TrainerPod.Absent()),
            AttemptTerms.FIRST);
    var job =
        new QueuedJob(NAME, "team-a", QueuedJob.State.WAITING, "Pending: full.", Optional.empty());

    Admission admission =
        queue.admit(
            underway,
            Demand.NOTHING,
            observation(new Queue(null, "team-a", null, null), List.of(job)));

    assertThat(((Decision.Queue) admission.decision()).hold().message())
        .isEqualTo("Job tiny-1-train-1 waits in queue team-a of Kueue: Pending: full.");
  }

  private static Observation observation(Queue asked, List<QueuedJob> queued) {
    return observation(spec(asked, false), queued);
  }

  private static Observation observation(FineTuneJobSpec spec, List<QueuedJob> queued) {
    return new Observation(
            new Request(OWNER, 1, spec),
            Observation.NO_STATUS,
            Set.of(),
            List.of(work()),
            new StatusAnswer.NotAsked(),
            Instant.EPOCH)
        .with(
            new QueueFacts(
                Instant.EPOCH,
                new QueueFacts.Waiting("tiny", 0, ""),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                queued));
  }

  private static FineTuneJobSpec spec(Queue asked, boolean suspended) {
    return SpecDraft.of(JobFixture.config()).suspend(suspended).queue(asked).build();
  }

  private static StageJob work() {
    return new StageJob(
        NAME,
        new JobMark(1, Stage.TRAIN, 1, "hash", 1, 0),
        StageJob.State.ACTIVE,
        new StageJob.Shards(1, 0),
        List.of(),
        StageJob.Past.UNKNOWN);
  }

  private static RunState run() {
    return new RunState(1, planned().hash(), 1, Stage.TRAIN, 1, 0);
  }

  private static Planning.Planned planned() {
    return (Planning.Planned)
        new TrainingPlanner(new LlmForgeConfigReader()).plan(OWNER, spec(null, false));
  }

  private static String text(Admission admission) {
    return admission.decision() instanceof Decision.Queue waiting
        ? admission.creation() + " " + waiting.hold().reason()
        : admission.creation().toString();
  }
}
