package io.llmforge.localcluster.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.patch.ManagedFields.FieldConflict;
import io.llmforge.localcluster.api.schema.Schema;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Server-side apply, and what ordinary writes do to the ownership of fields. */
public final class Ownership {
  /** Fields that the server writes for everybody; nobody owns them. */
  private static final List<String> UNOWNED_METADATA =
      List.of(
          "f:name",
          "f:namespace",
          "f:creationTimestamp",
          "f:deletionTimestamp",
          "f:deletionGracePeriodSeconds",
          "f:selfLink",
          "f:uid",
          "f:generation",
          "f:generateName",
          "f:managedFields",
          "f:resourceVersion");

  private Ownership() {}

  /** Gives to an ordinary writer what it wrote, and takes it from everybody else. */
  public static void recordUpdate(
      Schema schema, FieldOwner owner, JsonNode before, ObjectNode after, String time) {
    ManagedFields managed = ManagedFields.of(after);
    FieldSets.Difference difference = FieldSets.between(schema, before, after);
    FieldSet written = owned(difference.written());
    FieldSet removed = owned(difference.removed());
    FieldSet own = managed.of(owner).minus(removed).union(written);
    managed.takeFromOthers(owner, written.union(removed));
    managed.assign(owner, own, time);
    managed.writeTo(after);
  }

  /**
   * The live object after an apply, with the ownership it leads to.
   *
   * @param config what is applied, already without fields that the request may not set
   * @throws StatusException with the reason Conflict when others own what would change
   */
  public static ObjectNode apply(
      Schema schema,
      FieldOwner owner,
      ObjectNode live,
      ObjectNode config,
      boolean isForced,
      String time) {
    ManagedFields managed = ManagedFields.of(live);
    FieldSet claimed = owned(FieldSets.claimed(schema, config));
    FieldSet givenUp = managed.of(owner).minus(claimed);
    JsonNode merged = ApplyMerge.merge(schema, live, config);
    ApplyMerge.remove(schema, merged, givenUp, managed.ofOthers(owner).union(claimed));
    FieldSets.Difference difference = FieldSets.between(schema, live, merged);
    FieldSet written = owned(difference.written());
    List<FieldConflict> conflicts = managed.conflicts(owner, written);
    if (!conflicts.isEmpty() && !isForced) {
      throw conflict(conflicts);
    }
    managed.takeFromOthers(owner, written.union(owned(difference.removed())));
    managed.assign(owner, claimed, time);
    ObjectNode result = (ObjectNode) merged;
    managed.writeTo(result);
    return result;
  }

  private static FieldSet owned(FieldSet all) {
    FieldSet result = all.without("f:apiVersion").without("f:kind");
    FieldSet metadata = result.child("f:metadata");
    for (String field : UNOWNED_METADATA) {
      metadata = metadata.without(field);
    }
    SortedMap<String, FieldSet> children = new TreeMap<>(result.children());
    children.remove("f:metadata");
    if (!metadata.children().isEmpty()) {
      children.put("f:metadata", new FieldSet(false, metadata.children()));
    }
    return new FieldSet(false, children);
  }

  private static StatusException conflict(List<FieldConflict> conflicts) {
    List<Cause> causes =
        conflicts.stream()
            .map(
                conflict ->
                    new Cause(
                        Cause.Kind.FieldManagerConflict,
                        conflict.path(),
                        "conflict with " + conflict.owner()))
            .toList();
    return new StatusException(
        Reason.Conflict, message(conflicts), StatusException.Subject.NONE, causes);
  }

  private static String message(List<FieldConflict> conflicts) {
    if (conflicts.size() == 1) {
      FieldConflict only = conflicts.getFirst();
      return "Apply failed with 1 conflict: conflict with " + only.owner() + ": " + only.path();
    }
    SortedMap<String, List<FieldConflict>> byOwner =
        conflicts.stream()
            .collect(
                Collectors.groupingBy(FieldConflict::owner, TreeMap::new, Collectors.toList()));
    String lines =
        byOwner.entrySet().stream()
            .map(
                entry ->
                    "conflicts with "
                        + entry.getKey()
                        + ":\n"
                        + entry.getValue().stream()
                            .map(conflict -> "- " + conflict.path())
                            .collect(Collectors.joining("\n")))
            .collect(Collectors.joining("\n"));
    return "Apply failed with " + conflicts.size() + " conflicts: " + lines;
  }
}
