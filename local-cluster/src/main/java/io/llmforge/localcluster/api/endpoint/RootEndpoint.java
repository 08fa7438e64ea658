package io.llmforge.localcluster.api.endpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.http.Endpoint;
import io.llmforge.localcluster.api.json.Json;
import java.util.List;
import java.util.Optional;

/** The first look at a URL: health, version, discovery, OpenAPI, or a resource. */
public final class RootEndpoint implements Endpoint {
  private static final String SERVED_VERSION = "v1.32.0";

  private final Endpoint discovery;
  private final Endpoint openApi;
  private final Endpoint resources;
  private final Endpoint reviews = new ReviewEndpoint();

  public RootEndpoint(Endpoint discovery, Endpoint openApi, Endpoint resources) {
    this.discovery = discovery;
    this.openApi = openApi;
    this.resources = resources;
  }

  @Override
  public ApiResponse answer(ApiRequest request) {
    List<String> path = request.path();
    if (path.isEmpty()) {
      throw ResourceEndpoint.noSuchPath();
    }
    return switch (path.getFirst()) {
      case "healthz", "livez", "readyz" -> new ApiResponse.Text(200, "ok");
      case "version" -> ApiResponse.ok(version());
      case "openapi" -> openApi.answer(request);
      case "api", "apis" -> {
        Optional<Target> target = Target.of(path);
        if (target.isEmpty()) {
          yield discovery.answer(request);
        }
        yield ReviewEndpoint.isReview(target.get())
            ? reviews.answer(request)
            : resources.answer(request);
      }
      default -> throw ResourceEndpoint.noSuchPath();
    };
  }

  private static ObjectNode version() {
    ObjectNode version = Json.object().put("major", "1").put("minor", "32");
    version.put("gitVersion", SERVED_VERSION + "+llmforge").put("gitCommit", "");
    version.put("gitTreeState", "clean").put("buildDate", "1970-01-01T00:00:00Z");
    version.put("goVersion", "").put("compiler", "javac");
    return version.put("platform", "jvm");
  }
}
