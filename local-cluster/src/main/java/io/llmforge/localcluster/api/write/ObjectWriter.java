package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The one way into the store: every create, update, patch and apply ends here. */
public final class ObjectWriter {
  private final ObjectStore store;
  private final SystemFields systemFields;
  private final ObjectChecks checks;
  private final Admission admission;
  private final OwnershipRecord ownership;

  public ObjectWriter(
      ObjectStore store, Identities identities, Timestamps timestamps, Admission admission) {
    this.store = store;
    this.systemFields = new SystemFields(identities, timestamps);
    this.checks = new ObjectChecks();
    this.admission = admission;
    this.ownership = new OwnershipRecord(timestamps);
  }

  /** How a write leaves its trace in {@code managedFields}. */
  private interface Trace {
    void leave(ObjectNode before, ObjectNode after);
  }

  /** Stores a new object. */
  public Outcome create(Write write, ObjectNode body) {
    if (!Json.textAt(body.path("metadata"), "resourceVersion").isEmpty()) {
      throw StatusException.of(
          Reason.InternalError, "resourceVersion should not be set on objects to be created");
    }
    return store.atomically(
        () -> {
          ObjectNode object = body.deepCopy();
          object.withObject("/metadata").remove("managedFields");
          return create(write, object, (before, after) -> ownership.update(write, before, after));
        });
  }

  private Outcome create(Write write, ObjectNode sent, Trace trace) {
    ResourceType type = write.type();
    ObjectNode object = checks.inForm(type, sent);
    List<String> warnings = checks.clean(type, object, write.options());
    if (store.find(type.id(), write.key()).isPresent()) {
      throw StatusException.alreadyExists(write.subject());
    }
    systemFields.onCreate(type, write.key(), object);
    if (type.hasStatus()) {
      object.remove("status");
    }
    // Ownership covers what the client sent, not what the server adds below.
    trace.leave(Json.object(), object);
    admission.complete(type, object, Optional.empty());
    admission.requireNamespace(type, object);
    write.refuseIfInvalid(checks.check(type, object, Optional.empty()));
    write.refuseIfInvalid(admission.check(type, object, Optional.empty()));
    admission.passGates(type, object);
    ObjectNode result =
        write.options().isDryRun() ? object : store.put(type.id(), write.key(), object);
    return new Outcome(result, true, warnings);
  }

  /**
   * Changes a stored object, or one part of it.
   *
   * @param change makes the next form out of a copy of the stored one
   */
  public Outcome update(Write write, UnaryOperator<ObjectNode> change) {
    return store.atomically(
        () -> update(write, change, (before, after) -> ownership.update(write, before, after)));
  }

  /** Lays the fields of a configuration over an object, or makes the object out of them. */
  public Outcome apply(Write write, ObjectNode config) {
    Preconditions.refuseBadApply(write, config);
    return store.atomically(
        () -> {
          ObjectNode applied = onlyPart(write, checks.inForm(write.type(), config.deepCopy()));
          Preconditions.refuseOtherName(write, applied);
          Preconditions.refuseUndeclared(write, checks.undeclared(write.type(), applied));
          Trace alreadyLeft = (before, after) -> {};
          boolean isThere = store.find(write.type().id(), write.key()).isPresent();
          if (isThere || write.part() == Part.STATUS) {
            return update(write, live -> ownership.apply(write, live, applied), alreadyLeft);
          }
          return create(write, ownership.apply(write, Json.object(), applied), alreadyLeft);
        });
  }

  private Outcome update(Write write, UnaryOperator<ObjectNode> change, Trace trace) {
    ResourceType type = write.type();
    ObjectNode stored =
        store
            .find(type.id(), write.key())
            .orElseThrow(() -> StatusException.notFound(write.subject()));
    ObjectNode base = stored.deepCopy().put("apiVersion", type.apiVersion());
    ObjectNode object = checks.inForm(type, change.apply(base).deepCopy());
    Preconditions.refuseIfStale(write, stored, object);
    List<String> warnings = checks.clean(type, object, write.options());
    systemFields.onUpdate(stored, object);
    keepOtherPart(write, stored, object);
    admission.complete(type, object, Optional.of(stored));
    SystemFields.countGeneration(type, stored, object);
    write.refuseIfInvalid(checks.check(type, object, Optional.of(stored)));
    if (write.part() == Part.MAIN) {
      write.refuseIfInvalid(admission.check(type, object, Optional.of(stored)));
    }
    trace.leave(stored, object);
    return new Outcome(store(write, stored, object), false, warnings);
  }

  private ObjectNode store(Write write, ObjectNode stored, ObjectNode object) {
    if (OwnershipRecord.sameBesidesTimes(stored, object)) {
      return stored;
    }
    if (write.options().isDryRun()) {
      return object;
    }
    return Preconditions.isReleased(object)
        ? store.remove(write.type().id(), write.key(), object)
        : store.put(write.type().id(), write.key(), object);
  }

  /** An apply claims only fields of the part it is sent to. */
  private static ObjectNode onlyPart(Write write, ObjectNode config) {
    switch (write.part()) {
      case MAIN -> {
        if (write.type().hasStatus()) {
          config.remove("status");
        }
      }
      case STATUS -> {
        config.retain("apiVersion", "kind", "metadata", "status");
        config.withObject("/metadata").retain("name", "namespace", "resourceVersion", "uid");
      }
    }
    return config;
  }

  /** A write to the status leaves the rest alone, and the other way round. */
  private static void keepOtherPart(Write write, ObjectNode stored, ObjectNode object) {
    switch (write.part()) {
      case MAIN -> {
        if (write.type().hasStatus()) {
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
}
