package io.llmforge.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.TrackingPlan;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WandbTrackerTest {

  private static final Path METRICS = Path.of("src/test/resources/fixtures/events/metrics.jsonl");
  private static final Instant BEGIN = Instant.parse("2026-01-02T03:04:05.5Z");
  private static final Map<String, Object> PARAMETERS =
      Map.of("learning_rate", 5e-05, "lora_rank", 8, "model_id", "pvc://models/base");
  private static final TrackingPlan.Labels LABELS =
      new TrackingPlan.Labels("poet-1", "night", "train", "by hand", List.of("a b", "c"));
  private static final String POET = "3f0a2f0e-7d53-4b5c-9a43-2f1f5f3c8f00";

  @TempDir Path folder;
  private Path metrics;
  private List<String> lines;
  private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
  private Duration betweenLooks = Duration.ZERO;
  private final RememberedLog log = new RememberedLog();

  @BeforeEach
  void metricsOfARun() throws IOException {
    metrics = folder.resolve("metrics.jsonl");
    lines = Files.readAllLines(METRICS);
  }

  /** The row of step 1 waits: the evaluation that the stop came before belongs to it. */
  @Test
  void attemptThatIsStoppedTellsWhatItsClientTells() throws Exception {
    Files.write(metrics, lines.subList(0, 2));

    try (var contract = new WandbContract("stopped")) {
      try (var tracker = start(contract, POET, LABELS)) {
        tracker.ends(new TrackedEnd(TrackedEnd.Status.STOPPED, Map.of()));
      }

      contract.check();
      assertThat(log.said())
          .containsExactly(
              "[tracking] run '%s-1' on %s/ann/poets%%20%%26%%20co/runs/%s"
                  .formatted(POET, contract.address(), POET));
    }
    assertThat(log.failures()).hasValue(0);
  }

  @Test
  void attemptThatGoesOnAddsRowsThatAreNew() throws Exception {
    Files.write(metrics, lines);

    try (var contract = new WandbContract("goes on")) {
      try (var tracker = start(contract, POET, LABELS)) {
        tracker.ends(
            new TrackedEnd(
                TrackedEnd.Status.COMPLETED, Map.of("llmforge.output", "pvc://models/poet")));
      }

      contract.check();
    }
  }

  @Test
  void attemptThatFailsTellsItsLastStep() throws Exception {
    Files.write(metrics, lines.subList(0, 2));

    try (var contract = new WandbContract("fails")) {
      start(contract, "lost", TrackingPlan.Labels.NONE).close();

      contract.check();
    }
  }

  @Test
  void attemptThatFailsBeforeItMeasuredTellsThatItFailed() throws Exception {
    Files.createFile(metrics);

    try (var contract = new WandbContract("fails at once")) {
      start(contract, "bare", TrackingPlan.Labels.NONE).close();

      contract.check();
    }
  }

  @Test
  void runThatMeasuresNothingForAWhileSaysThatItIsAlive() throws Exception {
    Files.createFile(metrics);
    betweenLooks = Duration.ofSeconds(31);

    try (var contract = new WandbContract("is quiet")) {
      try (var tracker = start(contract, "slow", TrackingPlan.Labels.NONE)) {
        contract.awaitSignOfLife();
        tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
      }

      contract.check();
    }
  }

  /** More than one chunk of the file, and a server that keeps rows and fails to say so. */
  @Test
  void everyRowIsThereOnceWhateverTheServerAnswers() throws Exception {
    var server = new WandbStandIn();
    var answers = new AtomicInteger();
    var all = new CountDownLatch(1);
    server.answerWith(
        body -> {
          if (server.rows().size() == 3000) {
            all.countDown();
          }
          return answers.incrementAndGet() % 3 == 1 ? 503 : 200;
        });
    var text = new StringBuilder();
    for (var step = 0; step < 3001; step++) {
      text.append("{\"step\": %d, \"loss\": 0.5, \"note\": \"\u00e4\"}\n".formatted(step));
    }
    Files.writeString(metrics, text + "{\"step\": 3000,");

    try (server;
        var tracker = start(server.address(), Map.of())) {
      assertThat(all.await(1, TimeUnit.MINUTES)).as("3000 rows").isTrue();
      Files.writeString(metrics, text + "{\"step\": 3000, \"eval_loss\": 0.25}\n");
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    }

    var rows = server.rows();
    assertThat(rows).hasSize(3001);
    for (var number = 0; number < rows.size(); number++) {
      assertThat(rows.get(number).path("_step").asInt()).isEqualTo(number);
    }
    assertThat(rows.get(3000).path("eval_loss").asDouble()).isEqualTo(0.25);
    assertThat(rows.get(3000).path("loss").asDouble()).isEqualTo(0.5);
    assertThat(log.failures().get()).isPositive();
    assertThat(log.said()).filteredOn(line -> line.contains("they are sent later")).isNotEmpty();
  }

  @Test
  void timeGoesOnWhereTheAttemptBeforeLeftIt() throws Exception {
    var server = new WandbStandIn();
    server.answer(
        "RunResumeStatus",
        """
        {"data": {"model": {"bucket": {"id": "b", "historyLineCount": 7,
          "historyTail": "[\\"{\\\\\\"_step\\\\\\": 0, \\\\\\"_runtime\\\\\\": 99.5}\\"]",
          "summaryMetrics": "{\\"loss\\": NaN}", "eventsTail": "[]"}}}}
        """);
    Files.write(metrics, lines.subList(0, 2));

    try (server;
        var tracker = start(server.address(), Map.of())) {
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    }

    var row = server.rows().get(7);
    assertThat(row.path("_step").asInt()).isEqualTo(1);
    assertThat(row.path("_runtime").asDouble()).isEqualTo(99);
    assertThat(row.path("_timestamp").asDouble()).isEqualTo(BEGIN.toEpochMilli() / 1e3);
  }

  /** It cannot tell what is new, and rows that are there twice would be worse than none. */
  @Test
  void runWhoseRowsNobodyKnowsIsLeftAlone() throws Exception {
    var server = new WandbStandIn();
    server.answer(
        "RunResumeStatus",
        "{\"data\": {\"model\": {\"bucket\": {\"id\": \"b\", \"historyLineCount\": 7}}}}");
    Files.write(metrics, lines);

    try (server;
        var tracker = start(server.address(), Map.of())) {
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    }

    assertThat(server.rows()).isEmpty();
    assertThat(log.said())
        .anyMatch(line -> line.contains("has 7 rows of the run and does not say"));
  }

  @Test
  void keyIsSentToThatServerAloneAndNeverSaid() throws Exception {
    var elsewhere = new WandbStandIn();
    var server = new WandbStandIn();
    server.redirect(elsewhere.address() + "/graphql");
    Files.write(metrics, lines);

    try (server;
        elsewhere;
        var tracker = start(server.address(), Map.of())) {
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    }

    assertThat(elsewhere.asked()).isEmpty();
    assertThat(server.asked()).hasSize(1);
    assertThat(log.said()).anyMatch(line -> line.contains("refuses: HTTP 307"));
    assertThat(String.join("\n", log.said())).doesNotContain(WandbContract.KEY);
  }

  @Test
  void whatIsRefusedInAnAnswerEndsTrackingWithTheServersWords() throws Exception {
    var server = new WandbStandIn();
    server.answer("UpsertBucket", "{\"errors\": [{\"message\": \"no such entity\"}]}");
    Files.write(metrics, lines);

    try (server;
        var tracker = start(server.address(), Map.of())) {
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    }

    assertThat(log.said())
        .anyMatch(line -> line.contains("refuses: UpsertBucket, no such entity; metrics.jsonl"));
    assertThat(server.rows()).isEmpty();
  }

  @Test
  void keyThatAServerRepeatsIsNotRepeatedHere() throws Exception {
    var server = new WandbStandIn();
    server.answer(
        "RunResumeStatus",
        "{\"errors\": [{\"message\": \"%s is no key\"}]}".formatted(WandbContract.KEY));
    Files.write(metrics, lines);

    try (server;
        var tracker = start(server.address(), Map.of())) {
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    }

    assertThat(log.said())
        .hasSize(1)
        .allMatch(line -> line.contains("refuses: RunResumeStatus, WANDB_API_KEY is no key"));
  }

  @Test
  void environmentSaysWhatThePlanDoesNot() throws Exception {
    var server = new WandbStandIn();
    Files.write(metrics, lines);

    try (server;
        var tracker =
            start(
                    Optional.empty(),
                    Map.of(
                        "WANDB_API_KEY",
                        WandbContract.KEY + "\n",
                        "WANDB_BASE_URL",
                        server.address() + "/",
                        "WANDB_ENTITY",
                        "poets",
                        "WANDB_PROJECT",
                        "verses"))
                .orElseThrow()) {
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    }

    assertThat(server.asked())
        .hasSize(2)
        .allSatisfy(
            question -> {
              assertThat(question.path("variables").path("entity").asText()).isEqualTo("poets");
              assertThat(question.path("variables").path("project").asText()).isEqualTo("verses");
            });
  }

  @Test
  void withoutAKeyNothingIsTrackedAndTheRunSaysWhy() throws Exception {
    Files.write(metrics, lines);

    assertThat(start(Optional.empty(), Map.of())).isEmpty();

    assertThat(log.said())
        .containsExactly(
            "warning: nothing is tracked: there is no WANDB_API_KEY; put it into a Secret of"
                + " spec.credentials with purpose Tracking");
  }

  private Tracker start(WandbContract contract, String key, TrackingPlan.Labels labels) {
    return start(
            new TrackingPlan.WeightsAndBiases(
                contract.address().toString(), new TrackingPlan.Place(null, "poets & co"), labels),
            new RunDescription(key, key + "-1", PARAMETERS, Map.of()),
            Map.of("WANDB_API_KEY", WandbContract.KEY))
        .orElseThrow();
  }

  private Tracker start(URI address, Map<String, String> more) {
    var environment = new HashMap<>(more);
    environment.put("WANDB_API_KEY", WandbContract.KEY);
    return start(Optional.of(address), environment).orElseThrow();
  }

  private Optional<Tracker> start(Optional<URI> address, Map<String, String> environment) {
    return start(
        new TrackingPlan.WeightsAndBiases(
            address.map(URI::toString).orElse(null),
            new TrackingPlan.Place(null, null),
            TrackingPlan.Labels.NONE),
        new RunDescription(POET, "poet-1", PARAMETERS, Map.of()),
        environment);
  }

  private Optional<Tracker> start(
      TrackingPlan plan, RunDescription run, Map<String, String> environment) {
    return Tracker.start(
        plan,
        run,
        metrics,
        new Tracker.Surroundings(
            new TrackingSettings(environment), log, this::look, Duration.ofSeconds(8)));
  }

  /** A clock that goes on when somebody looks at it. */
  private Instant look() {
    return now.getAndUpdate(time -> time.plus(betweenLooks));
  }
}
