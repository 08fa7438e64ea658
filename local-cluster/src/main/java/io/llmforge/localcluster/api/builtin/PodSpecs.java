package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Cause;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What pod specs need wherever they stand: in a pod or in the template of a job. */
final class PodSpecs {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private PodSpecs() {}

  /** Images without a fixed tag are pulled again; limits stand in for requests. */
  static void complete(JsonNode spec) {
    for (String field : List.of("containers", "initContainers")) {
      for (JsonNode container : spec.path(field)) {
        if (container instanceof ObjectNode entry) {
          completeContainer(entry);
        }
      }
    }
  }

  private static void completeContainer(ObjectNode container) {
    if (!container.has("imagePullPolicy")) {
      String image = Json.textAt(container, "image");
      String file = image.substring(image.lastIndexOf('/') + 1);
      boolean isLatest = !file.contains(":") || file.endsWith(":latest");
      container.put("imagePullPolicy", isLatest && !file.contains("@") ? "Always" : "IfNotPresent");
    }
    JsonNode limits = container.path("resources").path("limits");
    if (!limits.isEmpty()) {
      ObjectNode requests = container.withObject("/resources/requests");
      for (Map.Entry<String, JsonNode> limit : limits.properties()) {
        if (!requests.has(limit.getKey())) {
          requests.set(limit.getKey(), limit.getValue());
        }
      }
    }
  }

  static List<Cause> check(JsonNode spec, String path) {
    List<Cause> causes = new ArrayList<>();
    if (spec.path("containers").isEmpty()) {
      causes.add(Cause.required(path + ".containers", ""));
    }
    Set<String> volumes = new HashSet<>();
    spec.path("volumes").forEach(volume -> volumes.add(Json.textAt(volume, "name")));
    Set<String> names = new HashSet<>();
    for (String field : List.of("containers", "initContainers")) {
      JsonNode containers = spec.path(field);
      for (int index = 0; index < containers.size(); index++) {
        String place = path + "." + field + "[" + index + "]";
        checkContainer(containers.get(index), place, names, volumes, causes);
      }
    }
    return causes;
  }

  private static void checkContainer(
      JsonNode container, String path, Set<String> names, Set<String> volumes, List<Cause> causes) {
    String name = Json.textAt(container, "name");
    if (name.isEmpty()) {
      causes.add(Cause.required(path + ".name", ""));
    } else if (!NAME.matcher(name).matches()) {
      causes.add(
          Cause.invalid(path + ".name", "\"" + name + "\"", "must be a lowercase RFC 1123 label"));
    } else if (!names.add(name)) {
      causes.add(Cause.duplicate(path + ".name", "\"" + name + "\""));
    }
    if (Json.textAt(container, "image").isEmpty()) {
      causes.add(Cause.required(path + ".image", ""));
    }
    JsonNode mounts = container.path("volumeMounts");
    for (int index = 0; index < mounts.size(); index++) {
      String volume = Json.textAt(mounts.get(index), "name");
      if (!volumes.contains(volume)) {
        causes.add(
            new Cause(
                Cause.Kind.FieldValueInvalid,
                path + ".volumeMounts[" + index + "].name",
                "Not found: \"" + volume + "\""));
      }
    }
  }
}
