package io.llmforge.localcluster.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The owners of an object's fields and what each of them owns. */
public final class ManagedFields {
  private final SortedMap<FieldOwner, FieldSet> sets = new TreeMap<>(FieldOwner.ORDER);
  private final Map<FieldOwner, String> times = new TreeMap<>(FieldOwner.ORDER);

  /** Reads {@code metadata.managedFields}. */
  public static ManagedFields of(JsonNode object) {
    ManagedFields managed = new ManagedFields();
    for (JsonNode entry : object.path("metadata").path("managedFields")) {
      FieldOwner owner = FieldOwner.read(entry);
      if (!owner.operation().isEmpty()) {
        managed.sets.merge(owner, FieldSet.read(entry.path("fieldsV1")), FieldSet::union);
        managed.times.put(owner, Json.textAt(entry, "time"));
      }
    }
    return managed;
  }

  /** Writes {@code metadata.managedFields}; an object without owners has none. */
  public void writeTo(ObjectNode object) {
    ArrayNode entries = Json.array();
    sets.forEach(
        (owner, fields) -> entries.add(owner.write(times.getOrDefault(owner, ""), fields)));
    object.withObject("/metadata").set("managedFields", entries);
  }

  FieldSet of(FieldOwner owner) {
    return sets.getOrDefault(owner, FieldSet.EMPTY);
  }

  /** What all but one own together. */
  FieldSet ofOthers(FieldOwner owner) {
    FieldSet all = FieldSet.EMPTY;
    for (Map.Entry<FieldOwner, FieldSet> entry : sets.entrySet()) {
      if (!entry.getKey().equals(owner)) {
        all = all.union(entry.getValue());
      }
    }
    return all;
  }

  void assign(FieldOwner owner, FieldSet fields, String time) {
    if (fields.isEmpty()) {
      sets.remove(owner);
      times.remove(owner);
      return;
    }
    boolean isUnchanged = fields.equals(sets.put(owner, fields));
    if (!isUnchanged) {
      times.put(owner, time);
    }
  }

  /** Takes fields away from all but one. */
  void takeFromOthers(FieldOwner owner, FieldSet fields) {
    for (FieldOwner other : List.copyOf(sets.keySet())) {
      if (!other.equals(owner)) {
        assign(other, of(other).minus(fields), times.getOrDefault(other, ""));
      }
    }
  }

  /** What others own of fields that somebody wants to apply. */
  List<FieldConflict> conflicts(FieldOwner owner, FieldSet wanted) {
    List<FieldConflict> conflicts = new ArrayList<>();
    sets.forEach(
        (other, fields) -> {
          if (!other.equals(owner)) {
            String shown = other.shown(times.getOrDefault(other, ""));
            fields
                .intersection(wanted)
                .paths()
                .forEach(path -> conflicts.add(new FieldConflict(shown, path)));
          }
        });
    return conflicts;
  }

  /** One field that somebody else owns. */
  record FieldConflict(String owner, String path) {}
}
