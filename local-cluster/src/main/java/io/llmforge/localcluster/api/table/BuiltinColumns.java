package io.llmforge.localcluster.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The columns of built-in kinds beside the name. */
final class BuiltinColumns {
  private static final String NONE = "<none>";

  private final Age age;
  private final Column ageColumn;

  BuiltinColumns(Age age) {
    this.age = age;
    this.ageColumn = Column.text("Age", object -> age.since(CustomColumns.creation(object)));
  }

  List<Column> of(String kind) {
    return switch (kind) {
      case "Pod" -> pods();
      case "Job" -> jobs();
      case "Event" -> events();
      case "Namespace" -> List.of(at("Status", "status", "phase"), ageColumn);
      case "ConfigMap" -> List.of(Column.text("Data", BuiltinColumns::dataCount), ageColumn);
      case "Secret" ->
          List.of(at("Type", "type"), Column.text("Data", BuiltinColumns::dataCount), ageColumn);
      case "Node" -> nodes();
      case "Service" -> services();
      case "PersistentVolumeClaim" -> claims();
      case "PersistentVolume" -> volumes();
      case "Lease" -> List.of(at("Holder", "spec", "holderIdentity"), ageColumn);
      case "CustomResourceDefinition" ->
          List.of(Column.text("Created At", CustomColumns::creation));
      case "ResourceQuota" -> quotas();
      case "Deployment" -> deployments();
      case "PriorityClass" ->
          List.of(at("Value", "value"), at("Global-Default", "globalDefault"), ageColumn);
      default -> List.of(ageColumn);
    };
  }

  private static Column at(String name, String... path) {
    return Column.text(name, valueAt(path));
  }

  private static Function<JsonNode, String> valueAt(String... path) {
    return object -> {
      JsonNode node = object;
      for (String field : path) {
        node = node.path(field);
      }
      return node.asText("");
    };
  }

  private static String orNone(String text) {
    return text.isEmpty() ? NONE : text;
  }

  private static String dataCount(JsonNode object) {
    return Integer.toString(object.path("data").size() + object.path("binaryData").size());
  }

  private List<Column> pods() {
    return List.of(
        Column.text("Ready", PodSummary::ready),
        Column.text("Status", PodSummary::status),
        Column.text("Restarts", PodSummary::restarts),
        ageColumn,
        Column.wide("IP", pod -> orNone(valueAt("status", "podIP").apply(pod))),
        Column.wide("Node", pod -> orNone(valueAt("spec", "nodeName").apply(pod))));
  }

  private List<Column> jobs() {
    return List.of(
        Column.text("Status", JobSummary::status),
        Column.text("Completions", JobSummary::completions),
        Column.text(
            "Duration",
            job ->
                age.between(
                    Json.textAt(job.path("status"), "startTime"),
                    Json.textAt(job.path("status"), "completionTime"))),
        ageColumn,
        Column.wide("Containers", job -> containers(job, "name")),
        Column.wide("Images", job -> containers(job, "image")));
  }

  private static String containers(JsonNode workload, String field) {
    return workload
        .at("/spec/template/spec/containers")
        .valueStream()
        .map(container -> Json.textAt(container, field))
        .collect(Collectors.joining(","));
  }

  private List<Column> events() {
    return List.of(
        Column.text("Last Seen", event -> age.since(EventSummary.lastSeen(event))),
        at("Type", "type"),
        at("Reason", "reason"),
        Column.text("Object", EventSummary::object),
        Column.text("Message", EventSummary::message),
        Column.wide("Source", EventSummary::source),
        Column.wide("Count", event -> Integer.toString(event.path("count").asInt(1))));
  }

  private List<Column> nodes() {
    return List.of(
        Column.text("Status", BuiltinColumns::nodeStatus),
        Column.text("Roles", node -> NONE),
        ageColumn,
        at("Version", "status", "nodeInfo", "kubeletVersion"));
  }

  private static String nodeStatus(JsonNode node) {
    boolean isReady =
        node.at("/status/conditions")
            .valueStream()
            .anyMatch(
                condition ->
                    Json.textAt(condition, "type").equals("Ready")
                        && Json.textAt(condition, "status").equals("True"));
    String status = isReady ? "Ready" : "NotReady";
    boolean isCordoned = node.path("spec").path("unschedulable").asBoolean(false);
    return isCordoned ? status + ",SchedulingDisabled" : status;
  }

  private List<Column> services() {
    return List.of(
        at("Type", "spec", "type"),
        Column.text("Cluster-IP", service -> orNone(valueAt("spec", "clusterIP").apply(service))),
        Column.text("External-IP", service -> NONE),
        Column.text("Port(s)", BuiltinColumns::ports),
        ageColumn);
  }

  private static String ports(JsonNode service) {
    return orNone(
        service
            .at("/spec/ports")
            .valueStream()
            .map(port -> port.path("port").asText() + "/" + port.path("protocol").asText("TCP"))
            .collect(Collectors.joining(",")));
  }

  private List<Column> claims() {
    return List.of(
        at("Status", "status", "phase"),
        at("Volume", "spec", "volumeName"),
        at("Capacity", "status", "capacity", "storage"),
        Column.text("Access Modes", claim -> AccessModes.shown(claim.at("/status/accessModes"))),
        at("StorageClass", "spec", "storageClassName"),
        ageColumn);
  }

  private List<Column> volumes() {
    return List.of(
        at("Capacity", "spec", "capacity", "storage"),
        Column.text("Access Modes", volume -> AccessModes.shown(volume.at("/spec/accessModes"))),
        at("Reclaim Policy", "spec", "persistentVolumeReclaimPolicy"),
        at("Status", "status", "phase"),
        at("Claim", "spec", "claimRef", "name"),
        at("StorageClass", "spec", "storageClassName"),
        ageColumn);
  }

  private List<Column> quotas() {
    return List.of(ageColumn, Column.text("Request", BuiltinColumns::quotaUse));
  }

  private static String quotaUse(JsonNode quota) {
    JsonNode used = quota.path("status").path("used");
    return quota
        .at("/spec/hard")
        .propertyStream()
        .map(
            hard ->
                hard.getKey()
                    + ": "
                    + used.path(hard.getKey()).asText("0")
                    + "/"
                    + hard.getValue().asText())
        .collect(Collectors.joining(", "));
  }

  private List<Column> deployments() {
    return List.of(
        Column.text(
            "Ready",
            deployment ->
                deployment.at("/status/readyReplicas").asInt(0)
                    + "/"
                    + deployment.at("/spec/replicas").asInt(0)),
        Column.text("Up-to-date", d -> Integer.toString(d.at("/status/updatedReplicas").asInt(0))),
        Column.text("Available", d -> Integer.toString(d.at("/status/availableReplicas").asInt(0))),
        ageColumn);
  }
}
