package io.llmforge.localcluster.garbage;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.control.KeyedWorkQueue;
import io.llmforge.localcluster.garbage.GarbageRules.Action;
import io.llmforge.localcluster.garbage.GarbageRules.OwnerState;
import io.llmforge.localcluster.garbage.ObjectGraph.Place;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Carries out what {@link GarbageRules} decides. Every decision is made on what is live. */
public final class GarbageCollector implements AutoCloseable {
  private static final Backoff API_RETRY =
      new Backoff(Duration.ofMillis(50), Duration.ofSeconds(30));
  private static final String DISCOVERY = "discovery";

  private final ObjectGraph graph;
  private final KeyedWorkQueue queue;

  /** Where the object with a uid was last seen. */
  private final Map<String, Place> places = new ConcurrentHashMap<>();

  public GarbageCollector(KubernetesClient client) {
    this.graph = new ObjectGraph(client, new Changes());
    this.queue = new KeyedWorkQueue("garbage-collector", API_RETRY, this::look);
  }

  public void start() {
    queue.add(DISCOVERY);
  }

  private final class Changes implements ResourceEventHandler<GenericKubernetesResource> {
    @Override
    public void onAdd(GenericKubernetesResource object) {
      onUpdate(object, object);
    }

    @Override
    public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
      seen(after);
      var meta = after.getMetadata();
      if (meta.getDeletionTimestamp() != null || !meta.getOwnerReferences().isEmpty()) {
        queue.add(meta.getUid());
      }
    }

    @Override
    public void onDelete(GenericKubernetesResource object, boolean finalStateUnknown) {
      seen(object);
      var meta = object.getMetadata();
      places.remove(meta.getUid());
      graph.dependents(meta.getUid()).forEach(d -> queue.add(d.getMetadata().getUid()));
      // An owner that is deleted in the foreground may have waited for this one.
      meta.getOwnerReferences().forEach(owner -> queue.add(owner.getUid()));
    }
  }

  private void seen(GenericKubernetesResource object) {
    graph.place(object).ifPresent(place -> places.put(object.getMetadata().getUid(), place));
    if (object.getKind().equals("CustomResourceDefinition")) {
      queue.add(DISCOVERY);
    }
  }

  private Optional<Duration> look(String key) {
    if (key.equals(DISCOVERY)) {
      graph.discover();
      // Owners of a kind that was not known until now may turn out to be absent.
      graph.owned().forEach(queue::add);
      return Optional.empty();
    }
    var place = places.get(key);
    if (place == null) {
      return Optional.empty();
    }
    var object = graph.live(place).get();
    if (object == null || !key.equals(object.getMetadata().getUid())) {
      return Optional.empty();
    }
    var action = GarbageRules.decide(object, owner -> state(owner, place), graph.dependents(key));
    try {
      act(place, key, action);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
    return Optional.empty();
  }

  private OwnerState state(OwnerReference reference, Place dependent) {
    var place = graph.place(reference, dependent.namespace());
    if (place.isEmpty()) {
      // A kind that is not known (yet): its objects cannot be proved absent.
      return OwnerState.PRESENT;
    }
    var owner = graph.live(place.get()).get();
    if (owner == null || !owner.getMetadata().getUid().equals(reference.getUid())) {
      return OwnerState.ABSENT;
    }
    var waits =
        owner.getMetadata().getDeletionTimestamp() != null
            && owner.getMetadata().getFinalizers().contains(GarbageRules.FOREGROUND)
            && Boolean.TRUE.equals(reference.getBlockOwnerDeletion());
    return waits ? OwnerState.WAITING_FOR_DEPENDENTS : OwnerState.PRESENT;
  }

  private void act(Place place, String uid, Action action) {
    switch (action) {
      case Action.Keep() -> {}
      case Action.Delete(var dependentsFirst) ->
          graph
              .live(place)
              .withPropagationPolicy(
                  dependentsFirst ? DeletionPropagation.FOREGROUND : DeletionPropagation.BACKGROUND)
              .delete();
      case Action.Disown(var ownerUids) -> disown(place, ownerUids);
      case Action.ReleaseDependents(var dependents) -> {
        places(dependents).forEach(dependent -> disown(dependent, Set.of(uid)));
        removeFinalizer(place, GarbageRules.ORPHAN);
      }
      case Action.FinishForeground() -> removeFinalizer(place, GarbageRules.FOREGROUND);
      case Action.AwaitDependents(var dependents) ->
          dependents.forEach(dependent -> queue.add(dependent.getMetadata().getUid()));
    }
  }

  private List<Place> places(List<HasMetadata> objects) {
    return objects.stream()
        .flatMap(object -> Optional.ofNullable(places.get(object.getMetadata().getUid())).stream())
        .toList();
  }

  private void disown(Place place, Set<String> ownerUids) {
    graph
        .live(place)
        .edit(
            object -> {
              object
                  .getMetadata()
                  .getOwnerReferences()
                  .removeIf(reference -> ownerUids.contains(reference.getUid()));
              return object;
            });
  }

  private void removeFinalizer(Place place, String finalizer) {
    graph
        .live(place)
        .edit(
            object -> {
              object.getMetadata().getFinalizers().remove(finalizer);
              return object;
            });
  }

  @Override
  public void close() {
    graph.close();
    queue.close();
  }
}
