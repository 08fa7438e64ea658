package io.llmforge.localcluster.api.endpoint;

import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.http.Endpoint;
import io.llmforge.localcluster.api.resource.ResourceCatalog;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.write.Part;
import java.util.Map;

/** Everything below {@code /api/v1} and {@code /apis/group/version}. */
public final class ResourceEndpoint implements Endpoint {
  private final ResourceCatalog catalog;
  private final ReadEndpoint reads;
  private final WatchEndpoint watches;
  private final WriteEndpoint writes;
  private final DeleteEndpoint deletes;
  private final Map<String, Subresource> subresources;

  /**
   * The verbs and the special subresources.
   *
   * @param subresources the special ones by "plural/subresource", such as {@code pods/log}
   */
  public ResourceEndpoint(
      ResourceCatalog catalog,
      ReadEndpoint reads,
      WatchEndpoint watches,
      WriteEndpoint writes,
      DeleteEndpoint deletes,
      Map<String, Subresource> subresources) {
    this.catalog = catalog;
    this.reads = reads;
    this.watches = watches;
    this.writes = writes;
    this.deletes = deletes;
    this.subresources = Map.copyOf(subresources);
  }

  /** A subresource with a meaning of its own. */
  @FunctionalInterface
  public interface Subresource {
    ApiResponse answer(ApiRequest request, ResourceType type, ObjectKey key);
  }

  @Override
  public ApiResponse answer(ApiRequest request) {
    Target target = Target.of(request.path()).orElseThrow(ResourceEndpoint::noSuchPath);
    ResourceType type =
        catalog
            .find(target.group(), target.version(), target.plural())
            .orElseThrow(ResourceEndpoint::noSuchPath);
    if (type.isNamespaced() && target.name().isPresent() && target.namespace().isEmpty()) {
      throw noSuchPath();
    }
    return target.name().isPresent()
        ? answerObject(request, type, target, target.name().get())
        : answerCollection(request, type, target);
  }

  static StatusException noSuchPath() {
    return StatusException.of(Reason.NotFound, "the server could not find the requested resource");
  }

  private ApiResponse answerCollection(ApiRequest request, ResourceType type, Target target) {
    String namespace = type.isNamespaced() ? target.namespace() : "";
    return switch (request.method()) {
      case "GET", "HEAD" ->
          request.flag("watch")
              ? watches.watch(request, type, namespace)
              : reads.list(request, type, namespace);
      case "POST" -> writes.create(request, type, namespace);
      case "DELETE" -> deletes.deleteAll(request, type, namespace);
      default -> throw methodNotAllowed(request);
    };
  }

  private ApiResponse answerObject(
      ApiRequest request, ResourceType type, Target target, String name) {
    ObjectKey key = new ObjectKey(type.isNamespaced() ? target.namespace() : "", name);
    String subresource = target.subresource();
    if (subresource.isEmpty()) {
      return switch (request.method()) {
        case "GET", "HEAD" ->
            request.flag("watch")
                ? watches.watchOne(request, type, key)
                : reads.get(request, type, key);
        case "PUT" -> writes.replace(request, type, key, Part.MAIN);
        case "PATCH" -> writes.patch(request, type, key, Part.MAIN);
        case "DELETE" -> deletes.delete(request, type, key);
        default -> throw methodNotAllowed(request);
      };
    }
    if (subresource.equals("status") && type.hasStatus()) {
      return switch (request.method()) {
        case "GET", "HEAD" -> reads.get(request, type, key);
        case "PUT" -> writes.replace(request, type, key, Part.STATUS);
        case "PATCH" -> writes.patch(request, type, key, Part.STATUS);
        default -> throw methodNotAllowed(request);
      };
    }
    Subresource special = subresources.get(type.id() + "/" + subresource);
    if (special == null) {
      throw noSuchPath();
    }
    return special.answer(request, type, key);
  }

  private static StatusException methodNotAllowed(ApiRequest request) {
    return StatusException.of(
        Reason.MethodNotAllowed,
        "the server does not allow this method on the requested resource: " + request.method());
  }
}
