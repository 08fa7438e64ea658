package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.QueueProvider;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.decide.Admission.Creation;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.HeldJob;
import io.llmforge.operator.observe.HeldJob.GatedPod;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.QueueFacts;
import io.llmforge.operator.observe.QueueFacts.Waiting;
import io.llmforge.operator.observe.Quota;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stage of two pods with a device each in a namespace whose quota is tight. */
class QuotaQueueTest {

  private static final String GPUS = "requests.nvidia.com/gpu";
  private static final String NAME = "tiny-1-train-1";
  private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final Demand TWO_PODS =
      new Demand(
          2,
          Map.of("pods", BigDecimal.TWO, GPUS, BigDecimal.TWO),
          Map.of("count/jobs.batch", BigDecimal.ONE),
          new Demand.PodKind(true, false, ""));

  private final QuotaQueue queue = new QuotaQueue(QuotaQueue.PATIENCE, QuotaQueue.SHORTEST_PAUSE);

  @ParameterizedTest(name = "[{index}] hard {0}, used {1}: {2}")
  @CsvSource({
    "2, 0, HELD RESERVING",
    "3, 1, HELD RESERVING",
    "3, 2, NOT_YET WAITING_FOR_QUOTA",
    "1, 0, NOT_YET EXCEEDS_QUOTA_LIMIT",
    // A limit that was lowered below what is used.
    "2, 5, NOT_YET WAITING_FOR_QUOTA",
    "0, 0, NOT_YET EXCEEDS_QUOTA_LIMIT",
  })
  void allPodsOrNone(long hard, long used, String expected) {
    Admission admission = admit(start(), facts(gpus(hard, used)));

    assertThat(text(admission)).isEqualTo(expected);
  }

  @Test
  void shortfallSaysHowMuchIsMissingWhere() {
    Admission admission = admit(start(), facts(gpus(3, 2)));

    assertThat(hold(admission).shortfall())
        .isEqualTo("team-gpu needs 2 requests.nvidia.com/gpu, free 1 (hard 3, used 2)");
    assertThat(hold(admission).message()).contains("free 1", "Place 1 in the line");
  }

  @Test
  void everyQuotaMustHaveRoom() {
    Admission admission =
        admit(start(), facts(gpus(8, 0), quota("pods", Map.of("pods", 9L), Map.of("pods", 8L))));

    assertThat(hold(admission).shortfall()).isEqualTo("pods needs 2 pods, free 1 (hard 9, used 8)");
  }

  @ParameterizedTest
  @CsvSource({
    "BestEffort, Exists, '', NOT_YET EXCEEDS_QUOTA_LIMIT",
    "NotBestEffort, Exists, '', AT_ONCE",
    "Terminating, Exists, '', AT_ONCE",
    "NotTerminating, Exists, '', NOT_YET EXCEEDS_QUOTA_LIMIT",
    "PriorityClass, In, high, AT_ONCE",
    "PriorityClass, NotIn, high, NOT_YET EXCEEDS_QUOTA_LIMIT",
    "PriorityClass, DoesNotExist, '', NOT_YET EXCEEDS_QUOTA_LIMIT",
    "CrossNamespacePodAffinity, Exists, '', AT_ONCE",
  })
  void quotaWhoseScopesDoNotMatchDoesNotCount(
      String scope, String operator, String value, String expected) {
    Quota scoped =
        new Quota(
            "scoped",
            Map.of("pods", BigDecimal.ONE),
            Map.of(),
            List.of(new Quota.Scope(scope, operator, List.of(value))));

    assertThat(text(admit(start(), facts(scoped)))).isEqualTo(expected);
  }

  @Test
  void quotaOfWhatPodsDoNotAskForDoesNotCount() {
    Quota others = quota("others", Map.of("requests.amd.com/gpu", 0L), Map.of());

    assertThat(text(admit(start(), facts(others)))).isEqualTo("AT_ONCE");
  }

  @ParameterizedTest
  @CsvSource({
    "ResourceQuota, false, HELD RESERVING",
    "Auto, false, AT_ONCE",
    "None, true, AT_ONCE",
    "Auto, true, HELD RESERVING"
  })
  void providerDecidesWhetherPodsAreHeld(QueueProvider provider, boolean limited, String expected) {
    QueueFacts facts = limited ? facts(gpus(2, 0)) : facts();

    Admission admission = queue.admit(start(), TWO_PODS, observation(provider, facts, List.of()));

    assertThat(text(admission)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "[{index}] priority {0} at {1} among {2}: place {3}")
  @CsvSource({
    "0, 12:00, 'other 0 11:00', 2",
    "0, 12:00, 'other 0 13:00', 1",
    "1, 12:00, 'other 0 11:00', 1",
    "0, 12:00, 'other 1 13:00', 2",
    "0, 12:00, 'other -1 11:00', 1",
    "0, 12:00, 'alpha 0 12:00', 2",
    "0, 12:00, 'zulu 0 12:00', 1",
    "0, 12:00, 'a 0 11:00;b 5 13:00;c 0 13:00', 3",
  })
  void priorityThenAgeThenNameMakeTheLine(int priority, String created, String line, int place) {
    List<Waiting> others =
        List.of(line.split(";")).stream()
            .map(text -> text.split(" "))
            .map(part -> new Waiting(part[0], Integer.parseInt(part[1]), part[2]))
            .toList();
    QueueFacts facts =
        new QueueFacts(
            NOON,
            new Waiting("tiny", priority, created),
            List.of(gpus(8, 0)),
            others,
            Optional.empty(),
            List.of());

    Admission admission = admit(start(), facts);

    // Room for it makes no difference: nobody passes one that waits.
    if (place == 1) {
      assertThat(admission.creation()).isEqualTo(Creation.HELD);
    } else {
      assertThat(hold(admission)).isEqualTo(new Hold.InLine(place, "", ""));
    }
  }

  @Test
  void oneCollectsAtATime() {
    QueueFacts facts =
        new QueueFacts(
            NOON,
            new Waiting("tiny", 0, "12:00"),
            List.of(gpus(8, 0)),
            List.of(),
            Optional.of("other"),
            List.of());

    assertThat(hold(admit(start(), facts)).message()).contains("after other, which gets its pods");
  }

  @ParameterizedTest(name = "[{index}] {0} of 2 pods, {1} gated, {2}, {3} s old: {4}")
  @CsvSource({
    "0, 0, COLLECTING, 1, NOT_YET RESERVING",
    "1, 1, COLLECTING, 29, NOT_YET RESERVING",
    "1, 1, COLLECTING, 30, NOT_YET RESERVATION_WITHDRAWN",
    "0, 0, COLLECTING, 30, NOT_YET RESERVATION_WITHDRAWN",
    "2, 2, COLLECTING, 1, AT_ONCE releases 2",
    "2, 2, COLLECTING, 60, AT_ONCE releases 2",
    // The operator died when it had let one of them go.
    "2, 1, RESERVED, 60, AT_ONCE releases 1",
    "2, 0, RESERVED, 60, AT_ONCE",
    // A pod was lost: the other is kept, and what replaces it is let go at once.
    "1, 0, RESERVED, 60, AT_ONCE",
    "2, 1, OVER, 60, AT_ONCE",
  })
  void heldPodsAreLetGoTogether(
      int pods, int gated, HeldJob.State state, long age, String expected) {
    HeldJob held = held(state, pods, gated, age);

    Admission admission =
        queue.admit(
            underway(),
            Demand.NOTHING,
            observation(QueueProvider.Auto, facts(List.of(held)), List.of(job())));

    assertThat(text(admission)).isEqualTo(expected);
  }

  @Test
  void changedConfigLetsTheReservedPodsGoAsWell() {
    var await = new Decision.Await(planned(), run(1), new Attempt.Underway(NAME, absent()));

    Admission admission =
        queue.admit(
            await,
            Demand.NOTHING,
            observation(
                QueueProvider.Auto,
                facts(List.of(held(HeldJob.State.COLLECTING, 2, 2, 1))),
                List.of(job())));

    assertThat(admission.decision()).isEqualTo(await);
    assertThat(admission.release()).hasSize(2);
  }

  @ParameterizedTest(name = "[{index}] {0} withdrawn, the last {1} s ago: {2}")
  @CsvSource({
    "1, 1, NOT_YET RESERVATION_WITHDRAWN",
    "1, 9, NOT_YET RESERVATION_WITHDRAWN",
    "1, 20, HELD RESERVING",
    "3, 20, NOT_YET RESERVATION_WITHDRAWN",
    "3, 80, HELD RESERVING",
    "50, 299, NOT_YET RESERVATION_WITHDRAWN",
    "50, 300, HELD RESERVING",
  })
  void pausesBetweenReservationsGrowAndEnd(int withdrawals, long age, String expected) {
    List<HeldJob> held =
        IntStream.range(0, withdrawals)
            .mapToObj(i -> held(HeldJob.State.WITHDRAWN, 0, 0, age + 1000L * i))
            .toList();
    QueueFacts facts =
        new QueueFacts(
            NOON,
            new Waiting("tiny", 0, "12:00"),
            List.of(gpus(2, 0)),
            List.of(),
            Optional.empty(),
            held);

    assertThat(text(admit(start(), facts))).isEqualTo(expected);
  }

  @Test
  void pauseNamesWhatPodsWouldHaveToAskFor() {
    QueueFacts facts =
        new QueueFacts(
            NOON,
            new Waiting("tiny", 0, "12:00"),
            List.of(quota("cpu", Map.of("pods", 5L, "limits.cpu", 5L), Map.of())),
            List.of(),
            Optional.empty(),
            List.of(held(HeldJob.State.WITHDRAWN, 0, 0, 1)));

    assertThat(hold(admit(start(), facts)).message())
        .contains("cpu limits limits.cpu", "spec.resources.perDevice");
  }

  @Test
  void stoppingOfAWithdrawnReservationIsNoSuspension() {
    var suspending = new Decision.Suspending(planned(), run(1), job());
    QueueFacts withdrawn = facts(List.of(held(HeldJob.State.WITHDRAWN, 1, 1, 1)));
    QueueFacts stopped = facts(List.of(held(HeldJob.State.OVER, 1, 1, 1)));

    assertThat(text(admit(suspending, withdrawn))).isEqualTo("NOT_YET RESERVATION_WITHDRAWN");
    assertThat(admit(suspending, stopped).decision()).isEqualTo(suspending);
  }

  private Admission admit(Decision wished, QueueFacts facts) {
    return queue.admit(wished, TWO_PODS, observation(QueueProvider.Auto, facts, List.of()));
  }

  private static Observation observation(
      QueueProvider provider, QueueFacts facts, List<StageJob> jobs) {
    var spec =
        SpecDraft.of(JobFixture.config())
            .queue(new FineTuneJobSpec.Queue(provider, null, null, null))
            .build();
    return new Observation(
            new Request(OWNER, 1, spec),
            Observation.NO_STATUS,
            Set.of(),
            jobs,
            new StatusAnswer.NotAsked(),
            Instant.EPOCH)
        .with(facts);
  }

  private static QueueFacts facts(Quota... quotas) {
    return new QueueFacts(
        NOON,
        new Waiting("tiny", 0, "12:00"),
        List.of(quotas),
        List.of(),
        Optional.empty(),
        List.of());
  }

  private static QueueFacts facts(List<HeldJob> held) {
    return new QueueFacts(
        NOON, new Waiting("tiny", 0, "12:00"), List.of(), List.of(), Optional.empty(), held);
  }

  private static Quota gpus(long hard, long used) {
    return quota("team-gpu", Map.of(GPUS, hard), Map.of(GPUS, used));
  }

  private static Quota quota(String name, Map<String, Long> hard, Map<String, Long> used) {
    return new Quota(name, amounts(hard), amounts(used), List.of());
  }

  private static Map<String, BigDecimal> amounts(Map<String, Long> amounts) {
    return amounts.entrySet().stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, entry -> BigDecimal.valueOf(entry.getValue())));
  }

  private static HeldJob held(HeldJob.State state, int pods, int gated, long age) {
    return new HeldJob(
        NAME,
        new JobMark(1, Stage.TRAIN, 1, "hash", 1, 0),
        state,
        2,
        pods,
        IntStream.range(0, gated).mapToObj(i -> new GatedPod("pod-" + i, List.of())).toList(),
        NOON.minus(Duration.ofSeconds(age)));
  }

  private static StageJob job() {
    return new StageJob(
        NAME,
        new JobMark(1, Stage.TRAIN, 1, "hash", 1, 0),
        StageJob.State.ACTIVE,
        new StageJob.Shards(2, 0),
        List.of(new IndexedPod(0, "", "", absent())),
        StageJob.Past.UNKNOWN);
  }

  private static Decision start() {
    return new Decision.Train(planned(), run(1), new Attempt.First(), AttemptTerms.FIRST);
  }

  private static Decision underway() {
    return new Decision.Train(
        planned(), run(1), new Attempt.Underway(NAME, absent()), AttemptTerms.FIRST);
  }

  private static TrainerPod absent() {
    return new TrainerPod.Absent();
  }

  private static RunState run(int attempt) {
    return new RunState(1, planned().hash(), 1, Stage.TRAIN, attempt, 0);
  }

  private static Planning.Planned planned() {
    var spec = SpecDraft.of(JobFixture.config()).build();
    return (Planning.Planned) new TrainingPlanner(new LlmForgeConfigReader()).plan(OWNER, spec);
  }

  private static Hold hold(Admission admission) {
    return ((Decision.Queue) admission.decision()).hold();
  }

  private static String text(Admission admission) {
    String reason =
        admission.decision() instanceof Decision.Queue queue ? " " + queue.hold().reason() : "";
    String released =
        admission.release().isEmpty() ? "" : " releases " + admission.release().size();
    return admission.creation() + reason + released;
  }
}
