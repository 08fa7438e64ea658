package io.llmforge.localcluster.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.endpoint.ResourceEndpoint;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code pods/log}: asks the node and passes on what it says as it says it. */
final class PodLogEndpoint implements ResourceEndpoint.Subresource {
  private final ObjectStore store;
  private final PodLogs logs;
  private final Clock clock;

  PodLogEndpoint(ObjectStore store, PodLogs logs, Clock clock) {
    this.store = store;
    this.logs = logs;
    this.clock = clock;
  }

  @Override
  public ApiResponse answer(ApiRequest request, ResourceType type, ObjectKey key) {
    ObjectNode pod =
        store
            .find(type.id(), key)
            .orElseThrow(() -> StatusException.notFound(type.subject(key.name())));
    String container = container(request, pod, key.name());
    PodLogs.Query query =
        new PodLogs.Query(
            key.namespace(),
            key.name(),
            container,
            request.flag("follow"),
            request.flag("previous"),
            request.flag("timestamps"),
            request.number("tailLines").map(Math::toIntExact),
            request.number("limitBytes"),
            since(request));
    try {
      InputStream log = logs.open(query);
      return new ApiResponse.Stream("text/plain", out -> copy(log, out));
    } catch (IOException unavailable) {
      throw StatusException.badRequest(
          "container \""
              + container
              + "\" in pod \""
              + key.name()
              + "\": "
              + unavailable.getMessage());
    }
  }

  private static void copy(InputStream log, OutputStream out) throws IOException {
    try (log) {
      byte[] buffer = new byte[8192];
      for (int read = log.read(buffer); read >= 0; read = log.read(buffer)) {
        out.write(buffer, 0, read);
        out.flush();
      }
    }
  }

  private static String container(ApiRequest request, JsonNode pod, String podName) {
    JsonNode spec = pod.path("spec");
    List<String> main = names(spec.path("containers"));
    Optional<String> asked = request.parameter("container");
    if (asked.isEmpty()) {
      if (main.size() == 1) {
        return main.getFirst();
      }
      throw StatusException.badRequest(
          "a container name must be specified for pod " + podName + ", choose one of: " + main);
    }
    boolean isThere =
        Stream.concat(main.stream(), names(spec.path("initContainers")).stream())
            .anyMatch(asked.get()::equals);
    if (!isThere) {
      throw StatusException.badRequest(
          "container " + asked.get() + " is not valid for pod " + podName);
    }
    return asked.get();
  }

  private static List<String> names(JsonNode containers) {
    return containers.valueStream().map(container -> Json.textAt(container, "name")).toList();
  }

  private Optional<Instant> since(ApiRequest request) {
    Optional<Instant> relative =
        request.number("sinceSeconds").map(seconds -> clock.instant().minusSeconds(seconds));
    try {
      return relative.or(() -> request.parameter("sinceTime").map(Instant::parse));
    } catch (DateTimeParseException malformed) {
      throw StatusException.badRequest("sinceTime is not an RFC 3339 time");
    }
  }
}
