package io.llmforge.localcluster.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the Kubernetes API reference says about built-in fields beyond their types. */
final class ModelFacts {

  /** Keys of list maps by "Class.field"; the first one is the key of strategic merge patches. */
  private static final Map<String, List<String>> MAP_KEYS =
      Map.ofEntries(
          Map.entry("PodSpec.containers", List.of("name")),
          Map.entry("PodSpec.initContainers", List.of("name")),
          Map.entry("PodSpec.ephemeralContainers", List.of("name")),
          Map.entry("PodSpec.volumes", List.of("name")),
          Map.entry("PodSpec.imagePullSecrets", List.of("name")),
          Map.entry("PodSpec.schedulingGates", List.of("name")),
          Map.entry("PodSpec.resourceClaims", List.of("name")),
          Map.entry("PodSpec.hostAliases", List.of("ip")),
          Map.entry(
              "PodSpec.topologySpreadConstraints", List.of("topologyKey", "whenUnsatisfiable")),
          Map.entry("Container.env", List.of("name")),
          Map.entry("Container.volumeMounts", List.of("mountPath")),
          Map.entry("Container.volumeDevices", List.of("devicePath")),
          Map.entry("Container.ports", List.of("containerPort", "protocol")),
          Map.entry("ResourceRequirements.claims", List.of("name")),
          Map.entry("ServiceSpec.ports", List.of("port", "protocol")),
          Map.entry("ServiceAccount.secrets", List.of("name")),
          Map.entry("ObjectMeta.ownerReferences", List.of("uid")),
          Map.entry("PodStatus.conditions", List.of("type")),
          Map.entry("PodStatus.podIPs", List.of("ip")),
          Map.entry("DeploymentStatus.conditions", List.of("type")),
          Map.entry("NodeStatus.conditions", List.of("type")),
          Map.entry("NodeStatus.addresses", List.of("type")),
          Map.entry("NamespaceStatus.conditions", List.of("type")),
          Map.entry("ServiceStatus.conditions", List.of("type")),
          Map.entry("PersistentVolumeClaimStatus.conditions", List.of("type")),
          Map.entry("CustomResourceDefinitionStatus.conditions", List.of("type")));

  /** Lists that a strategic merge patch merges although server-side apply owns them whole. */
  private static final Map<String, String> PATCH_KEYS = Map.of("JobStatus.conditions", "type");

  private static final Set<String> SETS = Set.of("ObjectMeta.finalizers", "NodeSpec.podCIDRs");

  private static final Set<String> ATOMIC_CLASSES =
      Set.of(
          "LabelSelector",
          "NodeSelector",
          "NodeSelectorTerm",
          "ObjectReference",
          "LocalObjectReference",
          "TypedLocalObjectReference",
          "SecretKeySelector",
          "ConfigMapKeySelector",
          "ObjectFieldSelector",
          "ResourceFieldSelector",
          "RoleRef",
          "Subject",
          "ScopeSelector");

  private static final Set<String> ATOMIC_MAPS =
      Set.of("PodSpec.nodeSelector", "ServiceSpec.selector");

  /** Defaults that the server writes into objects, as JSON by "Class.field". */
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("PodSpec.restartPolicy", "\"Always\""),
          Map.entry("PodSpec.dnsPolicy", "\"ClusterFirst\""),
          Map.entry("PodSpec.schedulerName", "\"default-scheduler\""),
          Map.entry("PodSpec.terminationGracePeriodSeconds", "30"),
          Map.entry("PodSpec.securityContext", "{}"),
          Map.entry("Container.terminationMessagePath", "\"/dev/termination-log\""),
          Map.entry("Container.terminationMessagePolicy", "\"File\""),
          Map.entry("Container.resources", "{}"),
          Map.entry("ContainerPort.protocol", "\"TCP\""),
          Map.entry("ServicePort.protocol", "\"TCP\""),
          Map.entry("ServiceSpec.type", "\"ClusterIP\""),
          Map.entry("ServiceSpec.sessionAffinity", "\"None\""),
          Map.entry("ConfigMapVolumeSource.defaultMode", "420"),
          Map.entry("SecretVolumeSource.defaultMode", "420"),
          Map.entry("ProjectedVolumeSource.defaultMode", "420"),
          Map.entry("DownwardAPIVolumeSource.defaultMode", "420"),
          Map.entry("ObjectFieldSelector.apiVersion", "\"v1\""),
          Map.entry("HTTPGetAction.scheme", "\"HTTP\""),
          Map.entry("Probe.timeoutSeconds", "1"),
          Map.entry("Probe.periodSeconds", "10"),
          Map.entry("Probe.successThreshold", "1"),
          Map.entry("Probe.failureThreshold", "3"),
          Map.entry("JobSpec.backoffLimit", "6"),
          Map.entry("JobSpec.completionMode", "\"NonIndexed\""),
          Map.entry("JobSpec.suspend", "false"),
          Map.entry("JobSpec.manualSelector", "false"),
          Map.entry("PersistentVolumeClaimSpec.volumeMode", "\"Filesystem\""),
          Map.entry("PersistentVolumeSpec.volumeMode", "\"Filesystem\""),
          Map.entry("PersistentVolumeSpec.persistentVolumeReclaimPolicy", "\"Retain\""),
          Map.entry("Secret.type", "\"Opaque\""),
          Map.entry("DeploymentSpec.replicas", "1"),
          Map.entry("DeploymentSpec.revisionHistoryLimit", "10"),
          Map.entry("DeploymentSpec.progressDeadlineSeconds", "600"),
          Map.entry("PriorityClass.preemptionPolicy", "\"PreemptLowerPriority\""));

  private ModelFacts() {}

  static boolean isAtomic(String simpleName) {
    return ATOMIC_CLASSES.contains(simpleName);
  }

  /** Adds what is known about a field to its schema. */
  static void complete(String simpleName, String field, ObjectNode schema) {
    // Ephemeral containers are containers in every respect that matters here.
    String owner = simpleName.equals("EphemeralContainer") ? "Container" : simpleName;
    String place = owner + "." + field;
    if (MAP_KEYS.containsKey(place)) {
      List<String> keys = MAP_KEYS.get(place);
      schema.put("x-kubernetes-list-type", "map");
      ArrayNode names = schema.putArray("x-kubernetes-list-map-keys");
      keys.forEach(names::add);
      mergeInPatches(schema, keys.getFirst());
    }
    if (PATCH_KEYS.containsKey(place)) {
      mergeInPatches(schema, PATCH_KEYS.get(place));
    }
    if (SETS.contains(place)) {
      schema.put("x-kubernetes-list-type", "set").put("x-kubernetes-patch-strategy", "merge");
    }
    if (ATOMIC_MAPS.contains(place)) {
      schema.put("x-kubernetes-map-type", "atomic");
    }
    Optional<JsonNode> defaultValue = Optional.ofNullable(DEFAULTS.get(place)).map(Json::parse);
    defaultValue.ifPresent(value -> schema.set("default", value));
  }

  private static void mergeInPatches(ObjectNode schema, String key) {
    schema.put("x-kubernetes-patch-merge-key", key).put("x-kubernetes-patch-strategy", "merge");
  }
}
