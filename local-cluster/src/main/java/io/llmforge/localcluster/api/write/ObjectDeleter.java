package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import io.llmforge.localcluster.api.write.DeleteOptions.Propagation;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Removes objects at once, or marks them for those who must act first. */
public final class ObjectDeleter {
  private static final String FOREGROUND = "foregroundDeletion";
  private static final String ORPHAN = "orphan";
  private static final long DEFAULT_POD_GRACE_SECONDS = 30;
  private static final Set<String> ENDED_PHASES = Set.of("Succeeded", "Failed");

  private final ObjectStore store;
  private final Timestamps timestamps;

  public ObjectDeleter(ObjectStore store, Timestamps timestamps) {
    this.store = store;
    this.timestamps = timestamps;
  }

  /**
   * What a deletion led to.
   *
   * @param object the removed object, or the marked one that still exists
   */
  public record Deletion(ObjectNode object, boolean isRemoved, List<String> warnings) {}

  public Deletion delete(ResourceType type, ObjectKey key, DeleteOptions options) {
    return store.atomically(
        () -> {
          ObjectNode stored =
              store
                  .find(type.id(), key)
                  .orElseThrow(() -> StatusException.notFound(type.subject(key.name())));
          refuseUnlessExpected(type, key, stored, options);
          ObjectNode object = stored.deepCopy();
          ObjectNode metadata = object.withObject("/metadata");
          addFinalizer(type, metadata, options);
          long grace = graceSeconds(type, stored, options);
          boolean isRemoved =
              grace == 0
                  && metadata.path("finalizers").isEmpty()
                  && object.path("spec").path("finalizers").isEmpty();
          mark(type, object, grace);
          return new Deletion(
              store(type, key, stored, object, isRemoved, options.isDryRun()),
              isRemoved,
              warnings(type, options));
        });
  }

  private ObjectNode store(
      ResourceType type,
      ObjectKey key,
      ObjectNode stored,
      ObjectNode object,
      boolean isRemoved,
      boolean isDryRun) {
    if (isDryRun) {
      return object;
    }
    if (isRemoved) {
      return store.remove(type.id(), key, object);
    }
    return Json.same(stored, object) ? stored : store.put(type.id(), key, object);
  }

  private static void refuseUnlessExpected(
      ResourceType type, ObjectKey key, ObjectNode stored, DeleteOptions options) {
    refuseUnlessSame(type, key, "UID", options.expectedUid(), stored, "uid");
    refuseUnlessSame(
        type, key, "ResourceVersion", options.expectedVersion(), stored, "resourceVersion");
  }

  private static void refuseUnlessSame(
      ResourceType type,
      ObjectKey key,
      String what,
      Optional<String> expected,
      ObjectNode stored,
      String field) {
    String actual = Json.textAt(stored.path("metadata"), field);
    if (expected.isPresent() && !expected.get().equals(actual)) {
      throw StatusException.conflict(
          type.subject(key.name()),
          "Precondition failed: "
              + what
              + " in precondition: "
              + expected.get()
              + ", "
              + what
              + " in object meta: "
              + actual);
    }
  }

  /** Jobs orphan their pods unless asked otherwise; everything else leaves the rest to the GC. */
  private static Propagation propagation(ResourceType type, DeleteOptions options) {
    boolean isJob = type.id().equals(BuiltinTypes.JOBS);
    return options.propagation().orElse(isJob ? Propagation.Orphan : Propagation.Background);
  }

  private static void addFinalizer(ResourceType type, ObjectNode metadata, DeleteOptions options) {
    ArrayNode finalizers = Json.array();
    metadata
        .path("finalizers")
        .forEach(
            finalizer -> {
              if (!Set.of(FOREGROUND, ORPHAN).contains(finalizer.asText())
                  || (options.propagation().isEmpty() && metadata.has("deletionTimestamp"))) {
                finalizers.add(finalizer);
              }
            });
    boolean isFollowUp = options.propagation().isEmpty() && metadata.has("deletionTimestamp");
    if (!isFollowUp) {
      switch (propagation(type, options)) {
        case Foreground -> finalizers.add(FOREGROUND);
        case Orphan -> finalizers.add(ORPHAN);
        case Background -> {}
      }
    }
    Json.setOrRemove(
        metadata,
        "finalizers",
        finalizers.isEmpty() ? Optional.empty() : Optional.of((JsonNode) finalizers));
  }

  /** Only pods take time to end, and only those that a node runs. */
  private static long graceSeconds(ResourceType type, ObjectNode stored, DeleteOptions options) {
    if (!type.id().equals(BuiltinTypes.PODS)) {
      return 0;
    }
    boolean isRunning =
        !Json.textAt(stored.path("spec"), "nodeName").isEmpty()
            && !ENDED_PHASES.contains(Json.textAt(stored.path("status"), "phase"));
    if (!isRunning) {
      return 0;
    }
    long asked =
        options
            .gracePeriodSeconds()
            .orElseGet(
                () ->
                    stored
                        .path("spec")
                        .path("terminationGracePeriodSeconds")
                        .asLong(DEFAULT_POD_GRACE_SECONDS));
    JsonNode metadata = stored.path("metadata");
    // A deletion under way can be hastened but not slowed down.
    return metadata.has("deletionTimestamp")
        ? Math.min(asked, metadata.path("deletionGracePeriodSeconds").asLong())
        : asked;
  }

  private void mark(ResourceType type, ObjectNode object, long graceSeconds) {
    ObjectNode metadata = object.withObject("/metadata");
    boolean isHastened = metadata.path("deletionGracePeriodSeconds").asLong(0) > graceSeconds;
    if (metadata.has("deletionTimestamp") && !isHastened) {
      return;
    }
    if (!metadata.has("deletionTimestamp") && type.countsGenerations()) {
      metadata.put("generation", metadata.path("generation").asLong(0) + 1);
    }
    metadata.put("deletionTimestamp", timestamps.inSeconds(graceSeconds));
    metadata.put("deletionGracePeriodSeconds", graceSeconds);
    if (type.id().equals(BuiltinTypes.NAMESPACES)) {
      object.withObject("/status").put("phase", "Terminating");
    }
  }

  private static List<String> warnings(ResourceType type, DeleteOptions options) {
    boolean orphansSilently =
        type.id().equals(BuiltinTypes.JOBS) && options.propagation().isEmpty();
    return orphansSilently
        ? List.of(
            "child pods are preserved by default when jobs are deleted; set"
                + " propagationPolicy=Background to remove them or set propagationPolicy=Orphan to"
                + " suppress this warning")
        : List.of();
  }
}
