package io.llmforge.trainer.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrackingPlan;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * What W&amp;B's own client asks and tells its servers about one run, as far as measurements need
 * it: GraphQL for the run, {@code file_stream} for what it measures.
 */
final class WandbServer implements TrackingServer {

  private static final URI HOSTED = URI.create("https://api.wandb.ai");

  /** People look elsewhere than programs. */
  private static final URI HOSTED_PAGES = URI.create("https://wandb.ai");

  /** Where runs are whose project nobody names. */
  private static final String DEFAULT_PROJECT = "llmforge";

  private static final String USER = "api";

  private final TrackingPlan.WeightsAndBiases plan;
  private final RunDescription description;
  private final ServerConnection connection;
  private final InstantSource clock;

  private WandbServer(
      TrackingPlan.WeightsAndBiases plan,
      RunDescription description,
      ServerConnection connection,
      InstantSource clock) {
    this.plan = plan;
    this.description = description;
    this.connection = connection;
    this.clock = clock;
  }

  /** The server; nothing, and a warning, without a key or with an address that is none. */
  static Optional<TrackingServer> of(
      TrackingPlan.WeightsAndBiases plan,
      RunDescription description,
      Tracker.Surroundings surroundings) {
    TrackingSettings settings = surroundings.settings();
    Optional<String> key = settings.text(TrackingSettings.WANDB_API_KEY);
    if (key.isEmpty()) {
      surroundings
          .log()
          .warning(
              "nothing is tracked: there is no WANDB_API_KEY; put it into a Secret of"
                  + " spec.credentials with purpose Tracking");
      return Optional.empty();
    }
    String uri =
        Optional.ofNullable(plan.uri())
            .or(() -> settings.text("WANDB_BASE_URL"))
            .orElse(HOSTED.toString());
    Optional<URI> address = TrackingSettings.address(uri);
    if (address.isEmpty()) {
      surroundings
          .log()
          .warning(
              "nothing is tracked: WANDB_BASE_URL is no server; write http://HOST:PORT or"
                  + " https://HOST, without a password");
    }
    return address.map(
        server ->
            new WandbServer(
                completed(plan, settings),
                description,
                new ServerConnection(server, key.map(it -> TrackingSettings.basic(USER, it))),
                surroundings.clock()));
  }

  private static TrackingPlan.WeightsAndBiases completed(
      TrackingPlan.WeightsAndBiases plan, TrackingSettings settings) {
    TrackingPlan.Place place = plan.place();
    return new TrackingPlan.WeightsAndBiases(
        plan.uri(),
        new TrackingPlan.Place(
            Optional.ofNullable(place.entity())
                .or(() -> settings.text("WANDB_ENTITY"))
                .orElse(null),
            Optional.ofNullable(place.project())
                .or(() -> settings.text("WANDB_PROJECT"))
                .orElse(DEFAULT_PROJECT)),
        plan.labels());
  }

  @Override
  public URI address() {
    return connection.address();
  }

  @Override
  public TrackedRun open() throws IOException, RefusedException {
    return WandbRun.open(this, plan, description, clock);
  }

  /** Asks in GraphQL; what is refused is said in the answer. */
  JsonNode ask(String operation, String document, Map<String, Object> variables)
      throws IOException, RefusedException {
    JsonNode answer =
        ServerConnection.content(
            connection.post(
                "/graphql",
                PlanJson.write(
                    Map.of(
                        "operationName", operation, "query", document, "variables", variables))));
    if (answer.path("errors").isArray() && !answer.path("errors").isEmpty()) {
      throw new RefusedException(operation + ServerConnection.reason(answer));
    }
    return answer.path("data");
  }

  /** Tells what a run measured, or how it is. */
  void stream(Run run, Map<String, Object> body) throws IOException, RefusedException {
    ServerConnection.content(
        connection.post("/files/" + run.path() + "/file_stream", PlanJson.write(body)));
  }

  /** Where people look at a run. */
  String page(Run run) {
    URI pages = address().equals(HOSTED) ? HOSTED_PAGES : address();
    return "%s/%s/%s/runs/%s"
        .formatted(pages, encoded(run.entity()), encoded(run.project()), encoded(run.id()));
  }

  /**
   * A run's place on the server, as the server names it.
   *
   * @param entity team or user
   * @param project its project
   * @param id the run
   */
  record Run(String entity, String project, String id) {
    private String path() {
      return "%s/%s/%s".formatted(encoded(entity), encoded(project), encoded(id));
    }
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    connection.close();
  }
}
