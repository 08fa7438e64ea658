package io.llmforge.localcluster.api.endpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.query.Page;
import io.llmforge.localcluster.api.query.Selection;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import java.util.List;
import java.util.Optional;

/** Single objects and lists. */
public final class ReadEndpoint {
  private final ObjectStore store;
  private final Representation representation;

  public ReadEndpoint(ObjectStore store, Representation representation) {
    this.store = store;
    this.representation = representation;
  }

  ApiResponse get(ApiRequest request, ResourceType type, ObjectKey key) {
    ObjectNode object =
        store
            .find(type.id(), key)
            .orElseThrow(() -> StatusException.notFound(type.subject(key.name())));
    return ApiResponse.ok(representation.one(request, type, object));
  }

  ApiResponse list(ApiRequest request, ResourceType type, String namespace) {
    Selection selection = Selection.of(request, type, namespace);
    ObjectStore.Listing listing = store.list(type.id(), selection.namespaceFilter());
    List<ObjectNode> matching = listing.items().stream().filter(selection::matches).toList();
    Page page = Page.of(request, matching, listing.resourceVersion());
    ObjectNode metadata = Json.object();
    metadata.put("resourceVersion", Long.toString(page.resourceVersion()));
    page.continueToken().ifPresent(token -> metadata.put("continue", token));
    Optional<Integer> remaining =
        selection.isEverything() ? page.remainingItems() : Optional.empty();
    remaining.ifPresent(count -> metadata.put("remainingItemCount", count));
    return ApiResponse.ok(representation.list(request, type, page.items(), metadata));
  }
}
