package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The one way into the store: every create, update, patch and apply ends here. */
public final class ObjectWriter {
  private final ObjectStore store;
  private final SystemFields systemFields;
  private final ObjectChecks checks;
  private final Admission admission;

  public ObjectWriter(
      ObjectStore store, Identities identities, Timestamps timestamps, Admission admission) {
    this.store = store;
    this.systemFields = new SystemFields(identities, timestamps);
    this.checks = new ObjectChecks();
    this.admission = admission;
  }

  /** Stores a new object. */
  public Outcome create(ResourceType type, ObjectKey key, ObjectNode body, WriteOptions options) {
    return store.atomically(
        () -> {
          if (store.find(type.id(), key).isPresent()) {
            throw StatusException.alreadyExists(type.subject(key.name()));
          }
          ObjectNode object = body.deepCopy();
          object = checks.inForm(type, object);
          List<String> warnings = new ArrayList<>(checks.clean(type, object, options));
          systemFields.onCreate(type, key, object);
          if (type.hasStatus()) {
            object.remove("status");
          }
          admission.complete(type, object, Optional.empty());
          refuseIfInvalid(type, key, checks.check(type, object, Optional.empty()));
          refuseIfInvalid(type, key, admission.check(type, object, Optional.empty()));
          admission.passGates(type, object);
          ObjectNode result = options.isDryRun() ? object : store.put(type.id(), key, object);
          return new Outcome(result, true, warnings);
        });
  }

  /**
   * Changes a stored object, or one part of it.
   *
   * @param change makes the next form out of a copy of the stored one
   */
  public Outcome update(
      ResourceType type,
      ObjectKey key,
      Part part,
      UnaryOperator<ObjectNode> change,
      WriteOptions options) {
    return store.atomically(
        () -> {
          ObjectNode stored =
              store
                  .find(type.id(), key)
                  .orElseThrow(() -> StatusException.notFound(type.subject(key.name())));
          ObjectNode base = stored.deepCopy();
          base.put("apiVersion", type.apiVersion());
          ObjectNode object = checks.inForm(type, change.apply(base));
          refuseIfStale(type, key, stored, object);
          List<String> warnings = checks.clean(type, object, options);
          systemFields.onUpdate(stored, object);
          keepOtherPart(type, part, stored, object);
          return finish(type, key, part, stored, object, options, warnings);
        });
  }

  private Outcome finish(
      ResourceType type,
      ObjectKey key,
      Part part,
      ObjectNode stored,
      ObjectNode object,
      WriteOptions options,
      List<String> warnings) {
    admission.complete(type, object, Optional.of(stored));
    SystemFields.countGeneration(type, stored, object);
    refuseIfInvalid(type, key, checks.check(type, object, Optional.of(stored)));
    if (part == Part.MAIN) {
      refuseIfInvalid(type, key, admission.check(type, object, Optional.of(stored)));
    }
    if (OwnershipRecord.sameBesidesTimes(stored, object)) {
      return new Outcome(stored, false, warnings);
    }
    if (options.isDryRun()) {
      return new Outcome(object, false, warnings);
    }
    if (isReleased(object)) {
      return new Outcome(store.remove(type.id(), key, object), false, warnings);
    }
    return new Outcome(store.put(type.id(), key, object), false, warnings);
  }

  /** Whether an object waits for deletion and nothing holds it any more. */
  private static boolean isReleased(ObjectNode object) {
    JsonNode metadata = object.path("metadata");
    return metadata.has("deletionTimestamp")
        && metadata.path("finalizers").isEmpty()
        && metadata.path("deletionGracePeriodSeconds").asLong(0) == 0
        && object.path("spec").path("finalizers").isEmpty();
  }

  private static void refuseIfStale(
      ResourceType type, ObjectKey key, ObjectNode stored, ObjectNode object) {
    JsonNode expected = object.path("metadata");
    JsonNode actual = stored.path("metadata");
    String version = Json.textAt(expected, "resourceVersion");
    if (!version.isEmpty() && !version.equals(Json.textAt(actual, "resourceVersion"))) {
      throw StatusException.conflict(
          type.subject(key.name()),
          "the object has been modified; please apply your changes to the latest version and try"
              + " again");
    }
    String uid = Json.textAt(expected, "uid");
    if (!uid.isEmpty() && !uid.equals(Json.textAt(actual, "uid"))) {
      throw StatusException.conflict(
          type.subject(key.name()),
          "Precondition failed: UID in precondition: "
              + uid
              + ", UID in object meta: "
              + Json.textAt(actual, "uid"));
    }
    if (!Json.textAt(expected, "name").equals(key.name())) {
      throw StatusException.of(
          Reason.BadRequest,
          "the name of the object ("
              + Json.textAt(expected, "name")
              + ") does not match the name on the URL ("
              + key.name()
              + ")");
    }
  }

  /** A write to the status leaves the rest alone, and the other way round. */
  private static void keepOtherPart(
      ResourceType type, Part part, ObjectNode stored, ObjectNode object) {
    switch (part) {
      case MAIN -> {
        if (type.hasStatus()) {
          Json.setOrRemove(object, "status", Optional.ofNullable(stored.get("status")));
        }
      }
      case STATUS -> {
        Optional<JsonNode> status = Optional.ofNullable(object.get("status"));
        Optional<JsonNode> managed =
            Optional.ofNullable(object.path("metadata").get("managedFields"));
        object.removeAll();
        object.setAll(stored.deepCopy());
        Json.setOrRemove(object, "status", status);
        Json.setOrRemove(object.withObject("/metadata"), "managedFields", managed);
      }
    }
  }

  private static void refuseIfInvalid(ResourceType type, ObjectKey key, List<Cause> causes) {
    if (!causes.isEmpty()) {
      throw StatusException.invalid(type.kindSubject(key.name()), causes);
    }
  }
}
