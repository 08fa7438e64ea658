package io.llmforge.trainer.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrackingPlan;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.Optional;

/** Questions and answers of MLflow's REST API, version 2.0, about one run. */
final class MlflowServer implements TrackingServer {

  private static final String API = "/api/2.0/mlflow/";

  private final TrackingPlan.Mlflow plan;
  private final RunDescription description;
  private final ServerConnection connection;
  private final InstantSource clock;

  private MlflowServer(
      TrackingPlan.Mlflow plan,
      RunDescription description,
      ServerConnection connection,
      InstantSource clock) {
    this.plan = plan;
    this.description = description;
    this.connection = connection;
    this.clock = clock;
  }

  /** The server; nothing, and a warning, when nobody says where it is. */
  static Optional<TrackingServer> of(
      TrackingPlan.Mlflow plan, RunDescription description, Tracker.Surroundings surroundings) {
    TrackingSettings settings = surroundings.settings();
    String uri =
        Optional.ofNullable(plan.uri()).or(() -> settings.text("MLFLOW_TRACKING_URI")).orElse("");
    Optional<URI> address = TrackingSettings.address(uri);
    if (address.isEmpty()) {
      surroundings
          .log()
          .warning(
              "nothing is tracked: no server is named; write logger.provider_config.tracking_uri,"
                  + " or put MLFLOW_TRACKING_URI (http or https, without a password) into a Secret"
                  + " with purpose Tracking");
    }
    return address.map(
        server ->
            new MlflowServer(
                plan,
                description,
                new ServerConnection(server, authorization(settings)),
                surroundings.clock()));
  }

  /** {@code MLFLOW_TRACKING_TOKEN}, else user and password, as a header's value. */
  static Optional<String> authorization(TrackingSettings settings) {
    return settings
        .text(TrackingSettings.MLFLOW_TRACKING_TOKEN)
        .map(token -> "Bearer " + token)
        .or(
            () ->
                settings
                    .text("MLFLOW_TRACKING_USERNAME")
                    .map(
                        user ->
                            TrackingSettings.basic(
                                user,
                                settings
                                    .text(TrackingSettings.MLFLOW_TRACKING_PASSWORD)
                                    .orElse(""))));
  }

  @Override
  public URI address() {
    return connection.address();
  }

  @Override
  public TrackedRun open() throws IOException, RefusedException {
    return MlflowRun.open(this, plan, description, clock);
  }

  /** What a question asks for; nothing when the server has no such thing. */
  Optional<JsonNode> find(String question) throws IOException, RefusedException {
    HttpResponse<String> response = connection.get(API + question);
    return response.statusCode() == 404 && !ServerConnection.reason(response).isEmpty()
        ? Optional.empty()
        : Optional.of(ServerConnection.content(response));
  }

  JsonNode post(String method, Object body) throws IOException, RefusedException {
    return ServerConnection.content(connection.post(API + method, PlanJson.write(body)));
  }

  @Override
  public void close() {
    connection.close();
  }
}
