package io.llmforge.localcluster.api.endpoint;

import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.query.FieldSelector;
import io.llmforge.localcluster.api.query.LabelSelector;
import io.llmforge.localcluster.api.query.Selection;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Streams of changes. */
public final class WatchEndpoint {
  /** A watch that nobody limits ends after this long; clients then open the next one. */
  private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);

  private final ObjectStore store;
  private final Representation representation;

  public WatchEndpoint(ObjectStore store, Representation representation) {
    this.store = store;
    this.representation = representation;
  }

  ApiResponse watch(ApiRequest request, ResourceType type, String namespace) {
    return stream(request, type, Selection.of(request, type, namespace));
  }

  ApiResponse watchOne(ApiRequest request, ResourceType type, ObjectKey key) {
    FieldSelector byName = FieldSelector.parse("metadata.name=" + key.name(), type);
    return stream(
        request, type, new Selection(key.namespace(), new LabelSelector(List.of()), byName));
  }

  private ApiResponse stream(ApiRequest request, ResourceType type, Selection selection) {
    Duration timeout =
        request.number("timeoutSeconds").map(Duration::ofSeconds).orElse(DEFAULT_TIMEOUT);
    WatchStream stream =
        new WatchStream(
            store,
            type,
            selection,
            object -> representation.one(request, type, object),
            new WatchStream.Plan(
                start(request),
                timeout,
                request.flag("allowWatchBookmarks"),
                request.flag("sendInitialEvents")));
    return new ApiResponse.Stream("application/json", stream);
  }

  /** Empty: begin with the objects there are; otherwise with the changes after a version. */
  private static Optional<Long> start(ApiRequest request) {
    if (request.flag("sendInitialEvents")) {
      requireNotOlderThan(request);
      return Optional.empty();
    }
    Optional<Long> version = request.number("resourceVersion");
    return version.filter(number -> number != 0);
  }

  private static void requireNotOlderThan(ApiRequest request) {
    if (!request.parameter("resourceVersionMatch").orElse("").equals("NotOlderThan")) {
      throw StatusException.badRequest("sendInitialEvents needs resourceVersionMatch=NotOlderThan");
    }
  }
}
