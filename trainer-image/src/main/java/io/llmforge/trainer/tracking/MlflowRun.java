package io.llmforge.trainer.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.TrackingPlan;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run on an MLflow server: made once and found again by its key, whichever attempt asks. What it
 * has already is not sent again.
 */
final class MlflowRun implements TrackedRun {

  /** Tag that only one run has. */
  static final String KEY_TAG = "llmforge.key";

  /** Most that MLflow takes in one request. */
  private static final int MOST_METRICS = 1000;

  private static final int MOST_PARAMETERS = 100;
  private static final int LONGEST_PARAMETER = 500;

  /** Says what made a run, in MLflow's own columns. */
  private static final String SOURCE_TAG = "mlflow.source.name";

  private static final String SOURCE = "llmforge";

  private final MlflowServer server;
  private final InstantSource clock;
  private final String id;
  private final Map<String, Long> known;

  private MlflowRun(MlflowServer server, InstantSource clock, String id, Map<String, Long> known) {
    this.server = server;
    this.clock = clock;
    this.id = id;
    this.known = known;
  }

  /** Finds the run, or makes it. */
  static MlflowRun open(
      MlflowServer server,
      TrackingPlan.Mlflow plan,
      RunDescription description,
      InstantSource clock)
      throws IOException, RefusedException {
    String experiment = experiment(server, plan);
    Optional<JsonNode> found = find(server, experiment, description.key());
    if (found.isEmpty()) {
      JsonNode made =
          server.post(
              "runs/create",
              Map.of(
                  "experiment_id",
                  experiment,
                  "run_name",
                  description.name(),
                  "start_time",
                  clock.millis(),
                  "tags",
                  pairs(tags(description))));
      var run = new MlflowRun(server, clock, id(made.path("run")), Map.of());
      run.sendParameters(description.parameters());
      return run;
    }
    var run = new MlflowRun(server, clock, id(found.get()), latestSteps(found.get()));
    run.sendParameters(description.parameters());
    run.update(Map.of("status", "RUNNING"));
    return run;
  }

  @Override
  public String place() {
    return server.address().toString();
  }

  @Override
  public void send(List<Measurements> batch) throws IOException, RefusedException {
    List<Map<String, Object>> metrics = new ArrayList<>();
    long now = clock.millis();
    for (Measurements measured : batch) {
      measured
          .curves()
          .forEach(
              (name, value) -> {
                if (measured.step() > known.getOrDefault(name, -1L)) {
                  metrics.add(
                      Map.of(
                          "key", name, "value", value, "timestamp", now, "step", measured.step()));
                }
              });
    }
    for (int first = 0; first < metrics.size(); first += MOST_METRICS) {
      int end = Math.min(metrics.size(), first + MOST_METRICS);
      log("metrics", metrics.subList(first, end));
    }
  }

  /** MLflow asks for no sign of life. */
  @Override
  public void stayAlive() {}

  @Override
  public void end(TrackedEnd end) throws IOException, RefusedException {
    if (!end.tags().isEmpty()) {
      log("tags", pairs(end.tags()));
    }
    update(Map.of("status", status(end.status()), "end_time", clock.millis()));
  }

  private void sendParameters(Map<String, Object> parameters) throws IOException, RefusedException {
    Map<String, String> cut = new HashMap<>();
    parameters.forEach((name, value) -> cut.put(name, cut(value.toString())));
    List<Map<String, String>> all = pairs(cut);
    for (int first = 0; first < all.size(); first += MOST_PARAMETERS) {
      log("params", all.subList(first, Math.min(all.size(), first + MOST_PARAMETERS)));
    }
  }

  private static String cut(String value) {
    return value.substring(0, Math.min(value.length(), LONGEST_PARAMETER));
  }

  private void log(String what, List<?> values) throws IOException, RefusedException {
    server.post("runs/log-batch", Map.of("run_id", id, what, values));
  }

  private void update(Map<String, Object> changes) throws IOException, RefusedException {
    Map<String, Object> body = new HashMap<>(changes);
    body.put("run_id", id);
    server.post("runs/update", body);
  }

  private static String experiment(MlflowServer server, TrackingPlan.Mlflow plan)
      throws IOException, RefusedException {
    String name = URLEncoder.encode(plan.experiment(), StandardCharsets.UTF_8);
    Optional<JsonNode> found = server.find("experiments/get-by-name?experiment_name=" + name);
    if (found.isPresent()) {
      return found.get().path("experiment").path("experiment_id").asText();
    }
    return switch (plan.missingExperiment()) {
      case IS_CREATED ->
          server
              .post("experiments/create", Map.of("name", plan.experiment()))
              .path("experiment_id")
              .asText();
      case ENDS_TRACKING ->
          throw new RefusedException(
              "it has no experiment '%s'; make it, or set create_experiment_if_not_exists: true"
                  .formatted(plan.experiment()));
    };
  }

  private static Optional<JsonNode> find(MlflowServer server, String experiment, String key)
      throws IOException, RefusedException {
    JsonNode runs =
        server.post(
            "runs/search",
            Map.of(
                "experiment_ids",
                List.of(experiment),
                "filter",
                "tags.\"%s\" = '%s'".formatted(KEY_TAG, key),
                "max_results",
                1));
    return Optional.of(runs.path("runs").path(0)).filter(JsonNode::isObject);
  }

  private static String id(JsonNode run) throws IOException {
    String id = run.path("info").path("run_id").asText();
    if (id.isEmpty()) {
      throw new IOException("its answer names no run");
    }
    return id;
  }

  private static Map<String, Long> latestSteps(JsonNode run) {
    Map<String, Long> steps = new HashMap<>();
    for (JsonNode metric : run.path("data").path("metrics")) {
      steps.put(metric.path("key").asText(), metric.path("step").asLong());
    }
    return steps;
  }

  private static Map<String, String> tags(RunDescription description) {
    Map<String, String> tags = new HashMap<>(description.tags());
    tags.put(KEY_TAG, description.key());
    tags.put(SOURCE_TAG, SOURCE);
    return tags;
  }

  private static String status(TrackedEnd.Status status) {
    return switch (status) {
      case COMPLETED -> "FINISHED";
      case FAILED -> "FAILED";
      case STOPPED -> "KILLED";
    };
  }

  private static List<Map<String, String>> pairs(Map<String, String> values) {
    return values.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(value -> Map.of("key", value.getKey(), "value", value.getValue()))
        .toList();
  }
}
