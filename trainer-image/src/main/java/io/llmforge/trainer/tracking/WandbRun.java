package io.llmforge.trainer.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.TrackingPlan;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run at W&amp;B: made once and found again by its id, whichever attempt asks. Rows have numbers,
 * so one that is sent twice is there once.
 */
final class WandbRun implements TrackedRun {

  /** After this long without a word W&amp;B's own client says that it is alive; so do we. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);

  /** What the run of a job that was stopped leaves with. */
  private static final int STOPPED = 75;

  private static final int FAILED = 1;

  private final WandbServer server;
  private final WandbServer.Run place;
  private final InstantSource clock;

  /** When the run would have begun without pauses between its attempts. */
  private final Instant began;

  private WandbHistory history;
  private Instant lastWord;

  private WandbRun(
      WandbServer server, WandbServer.Run place, InstantSource clock, WandbRunState state) {
    this.server = server;
    this.place = place;
    this.clock = clock;
    this.lastWord = clock.instant();
    this.began = lastWord.minus(state.running());
    this.history = WandbHistory.after(state);
  }

  /** Finds the run, or makes it. */
  static WandbRun open(
      WandbServer server,
      TrackingPlan.WeightsAndBiases plan,
      RunDescription description,
      InstantSource clock)
      throws IOException, RefusedException {
    WandbRunState state = WandbRunState.ask(server, plan.place(), description.key());
    JsonNode made =
        server.ask("UpsertBucket", WandbDocuments.UPSERT, variables(plan, description, state.id()));
    JsonNode bucket = made.path("upsertBucket").path("bucket");
    JsonNode project = bucket.path("project");
    var place =
        new WandbServer.Run(
            project.path("entity").path("name").asText(),
            project.path("name").asText(),
            bucket.path("name").asText());
    if (place.entity().isEmpty() || place.project().isEmpty() || place.id().isEmpty()) {
      throw new IOException("its answer names no run");
    }
    return new WandbRun(server, place, clock, state);
  }

  @Override
  public String place() {
    return server.page(place);
  }

  @Override
  public void send(List<Measurements> batch) throws IOException, RefusedException {
    WandbHistory grown = history.with(batch, clock.instant(), running());
    if (!grown.whole().isEmpty()) {
      say(Map.of("files", files(grown, Map.of())));
    }
    history = grown.sent();
  }

  @Override
  public void stayAlive() throws IOException, RefusedException {
    if (Duration.between(lastWord, clock.instant()).compareTo(LONGEST_SILENCE) >= 0) {
      say(Map.of());
    }
  }

  /**
   * The row of a step that was stopped at waits for the next attempt, whose evaluation belongs to
   * it.
   */
  @Override
  public void end(TrackedEnd end) throws IOException, RefusedException {
    boolean mayGrow =
        end.status() == TrackedEnd.Status.STOPPED
            && history.open().filter(row -> !row.isEvaluated()).isPresent();
    WandbHistory last = mayGrow ? history : history.closed();
    Map<String, Object> words = new LinkedHashMap<>();
    words.put("files", files(last, end.tags()));
    if (end.status() == TrackedEnd.Status.STOPPED) {
      words.put("preempting", true);
    }
    say(words);
    history = last.sent();
    say(Map.of("complete", true, "exitcode", exitCode(end.status())));
  }

  private void say(Map<String, Object> words) throws IOException, RefusedException {
    server.stream(place, words);
    lastWord = clock.instant();
  }

  private Map<String, Object> files(WandbHistory told, Map<String, String> tags) {
    Map<String, Object> files = new LinkedHashMap<>();
    if (!told.whole().isEmpty()) {
      List<String> lines = told.whole().stream().map(row -> WandbJson.write(row.line())).toList();
      files.put("wandb-history.jsonl", Map.of("offset", told.rows(), "content", lines));
    }
    files.put(
        "wandb-summary.json",
        Map.of("offset", 0, "content", List.of(WandbJson.write(summary(told, tags)))));
    return files;
  }

  /** The newest value of each name, how long it took, and what is known at the end. */
  private Map<String, Object> summary(WandbHistory told, Map<String, String> tags) {
    Map<String, Object> summary = new LinkedHashMap<>(told.newest());
    long seconds = running().toSeconds();
    summary.putIfAbsent("_runtime", seconds);
    summary.put("_wandb", Map.of("runtime", seconds));
    tags.forEach((name, value) -> summary.put(column(name), value));
    return summary;
  }

  private Duration running() {
    return Duration.between(began, clock.instant());
  }

  private static Map<String, Object> variables(
      TrackingPlan.WeightsAndBiases plan, RunDescription description, Optional<String> id) {
    TrackingPlan.Labels labels = plan.labels();
    Map<String, Object> variables = new LinkedHashMap<>();
    id.ifPresent(known -> variables.put("id", known));
    variables.put("name", description.key());
    variables.put("displayName", Optional.ofNullable(labels.name()).orElse(description.name()));
    variables.put("program", "llmforge");
    variables.put("config", WandbJson.write(config(description)));
    put(variables, "entity", plan.place().entity());
    put(variables, "project", plan.place().project());
    put(variables, "groupName", labels.group());
    put(variables, "jobType", labels.jobType());
    put(variables, "notes", labels.notes());
    if (!labels.tags().isEmpty()) {
      variables.put("tags", labels.tags());
    }
    return variables;
  }

  /**
   * Parameters, and an empty {@code _wandb.t}: W&amp;B's own client takes a run without one for one
   * that never began.
   */
  private static Map<String, Object> config(RunDescription description) {
    Map<String, Object> config = new LinkedHashMap<>();
    description.parameters().forEach((name, value) -> config.put(name, Map.of("value", value)));
    description.tags().forEach((name, value) -> config.put(column(name), Map.of("value", value)));
    config.put("_wandb", Map.of("value", Map.of("t", Map.of(), "m", List.of())));
    return config;
  }

  /** A dot would open a group of columns. */
  private static String column(String tag) {
    return tag.replace('.', '_');
  }

  private static void put(Map<String, Object> variables, String name, @Nullable String value) {
    if (value != null) {
      variables.put(name, value);
    }
  }

  private static int exitCode(TrackedEnd.Status status) {
    return switch (status) {
      case COMPLETED -> 0;
      case FAILED -> FAILED;
      case STOPPED -> STOPPED;
    };
  }
}
