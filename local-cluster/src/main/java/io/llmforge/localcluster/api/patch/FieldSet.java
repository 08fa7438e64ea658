package io.llmforge.localcluster.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A set of paths into an object, shaped as {@code fieldsV1}: steps are named {@code f:field},
 * {@code k:{"key":"value"}} for an item of a list map and {@code v:value} for an item of a set.
 *
 * @param isMember whether the place where this node stands is in the set itself
 */
public record FieldSet(boolean isMember, SortedMap<String, FieldSet> children) {
  public static final FieldSet EMPTY = new FieldSet(false, new TreeMap<>());
  public static final FieldSet LEAF = new FieldSet(true, new TreeMap<>());

  public FieldSet {
    children = new TreeMap<>(children);
  }

  /** Reads the form that {@link #write} writes. */
  public static FieldSet read(JsonNode fields) {
    if (fields.isEmpty()) {
      return LEAF;
    }
    TreeMap<String, FieldSet> children = new TreeMap<>();
    for (Map.Entry<String, JsonNode> step : fields.properties()) {
      if (!step.getKey().equals(".")) {
        children.put(step.getKey(), read(step.getValue()));
      }
    }
    return new FieldSet(fields.has("."), children);
  }

  /** Writes {@code fieldsV1}. */
  public ObjectNode write() {
    ObjectNode fields = Json.object();
    if (isMember && !children.isEmpty()) {
      fields.putObject(".");
    }
    children.forEach((step, child) -> fields.set(step, child.write()));
    return fields;
  }

  public boolean isEmpty() {
    return !isMember && children.isEmpty();
  }

  public FieldSet child(String step) {
    return children.getOrDefault(step, EMPTY);
  }

  public FieldSet union(FieldSet other) {
    TreeMap<String, FieldSet> all = new TreeMap<>(children);
    other.children.forEach((step, child) -> all.merge(step, child, FieldSet::union));
    return new FieldSet(isMember || other.isMember, all);
  }

  public FieldSet minus(FieldSet other) {
    TreeMap<String, FieldSet> rest = new TreeMap<>();
    children.forEach((step, child) -> putUnlessEmpty(rest, step, child.minus(other.child(step))));
    return new FieldSet(isMember && !other.isMember, rest);
  }

  public FieldSet intersection(FieldSet other) {
    TreeMap<String, FieldSet> both = new TreeMap<>();
    children.forEach(
        (step, child) -> putUnlessEmpty(both, step, child.intersection(other.child(step))));
    return new FieldSet(isMember && other.isMember, both);
  }

  /** This set without one step and all below it. */
  public FieldSet without(String step) {
    TreeMap<String, FieldSet> rest = new TreeMap<>(children);
    rest.remove(step);
    return new FieldSet(isMember, rest);
  }

  /** Only what is below one step. */
  public FieldSet only(String step) {
    TreeMap<String, FieldSet> one = new TreeMap<>();
    putUnlessEmpty(one, step, child(step));
    return new FieldSet(false, one);
  }

  private static void putUnlessEmpty(Map<String, FieldSet> into, String step, FieldSet child) {
    if (!child.isEmpty()) {
      into.put(step, child);
    }
  }

  /** The members as people read them, such as {@code .spec.containers[name="a"].image}. */
  public List<String> paths() {
    List<String> paths = new ArrayList<>();
    collect("", paths);
    return paths;
  }

  private void collect(String path, List<String> into) {
    if (isMember) {
      into.add(path);
    }
    children.forEach((step, child) -> child.collect(path + shown(step), into));
  }

  private static String shown(String step) {
    String rest = step.substring(2);
    return switch (step.charAt(0)) {
      case 'f' -> "." + rest;
      case 'v' -> "[=" + rest + "]";
      default -> {
        List<String> keys = new ArrayList<>();
        Json.parse(rest).properties().forEach(key -> keys.add(key.getKey() + "=" + key.getValue()));
        yield "[" + String.join(",", keys) + "]";
      }
    };
  }
}
