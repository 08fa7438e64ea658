package io.llmforge.localcluster.garbage;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** All objects of the cluster and who owns whom, kept up to date by one informer per kind. */
final class ObjectGraph implements AutoCloseable {
  private static final String BY_OWNER = "owner";

  /** Where to find an object. */
  record Place(ResourceKind kind, String namespace, String name) {}

  private final KubernetesClient client;
  private final ResourceEventHandler<GenericKubernetesResource> handler;
  private final Map<ResourceKind, SharedIndexInformer<GenericKubernetesResource>> informers =
      new ConcurrentHashMap<>();

  ObjectGraph(KubernetesClient client, ResourceEventHandler<GenericKubernetesResource> handler) {
    this.client = client;
    this.handler = handler;
  }

  /** Follows the kinds that the API server has now. */
  void discover() {
    var present = ResourceKind.servedBy(client);
    for (var kind : Set.copyOf(informers.keySet())) {
      if (!present.contains(kind)) {
        Optional.ofNullable(informers.remove(kind)).ifPresent(SharedIndexInformer::close);
      }
    }
    var added = new ArrayList<SharedIndexInformer<GenericKubernetesResource>>();
    for (var kind : present) {
      informers.computeIfAbsent(
          kind,
          missing -> {
            var informer = informer(missing);
            added.add(informer);
            return informer;
          });
    }
    // Only now: the first objects of an informer ask for the other kinds at once.
    added.forEach(SharedIndexInformer::run);
  }

  /** Uids of all objects that have an owner. */
  Set<String> owned() {
    return informers.values().stream()
        .flatMap(informer -> informer.getStore().list().stream())
        .filter(object -> !object.getMetadata().getOwnerReferences().isEmpty())
        .map(object -> object.getMetadata().getUid())
        .collect(Collectors.toSet());
  }

  private SharedIndexInformer<GenericKubernetesResource> informer(ResourceKind kind) {
    var informer =
        client.genericKubernetesResources(kind.context()).inAnyNamespace().runnableInformer(0);
    informer.addIndexers(
        Map.of(
            BY_OWNER,
            object ->
                object.getMetadata().getOwnerReferences().stream()
                    .map(OwnerReference::getUid)
                    .toList()));
    informer.addEventHandler(handler);
    return informer;
  }

  List<GenericKubernetesResource> dependents(String ownerUid) {
    var dependents = new ArrayList<GenericKubernetesResource>();
    for (var informer : informers.values()) {
      dependents.addAll(informer.getIndexer().byIndex(BY_OWNER, ownerUid));
    }
    return dependents;
  }

  /** Empty when the kind is not followed. */
  Optional<Place> place(GenericKubernetesResource object) {
    return place(
        object.getApiVersion(),
        object.getKind(),
        Optional.ofNullable(object.getMetadata().getNamespace()).orElse(""),
        object.getMetadata().getName());
  }

  Optional<Place> place(OwnerReference reference, String namespace) {
    return place(reference.getApiVersion(), reference.getKind(), namespace, reference.getName());
  }

  private Optional<Place> place(String apiVersion, String kindName, String namespace, String name) {
    return informers.keySet().stream()
        .filter(kind -> kind.isNamedBy(apiVersion, kindName))
        .findFirst()
        .map(kind -> new Place(kind, kind.isNamespaced() ? namespace : "", name));
  }

  /** Speaks to the API server, not to the informers. */
  Resource<GenericKubernetesResource> live(Place place) {
    var ofKind = client.genericKubernetesResources(place.kind().context());
    return place.kind().isNamespaced()
        ? ofKind.inNamespace(place.namespace()).withName(place.name())
        : ofKind.withName(place.name());
  }

  @Override
  public void close() {
    informers.values().forEach(SharedIndexInformer::close);
  }
}
