package io.llmforge.localcluster.api.resource;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.llmforge.localcluster.api.cel.CelRules;
import io.llmforge.localcluster.api.schema.ModelSchemas;
import io.llmforge.localcluster.api.store.ResourceId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The kinds every cluster has, as far as this one serves them. */
public final class BuiltinTypes {
  public static final ResourceId PODS = new ResourceId("", "pods");
  public static final ResourceId NAMESPACES = new ResourceId("", "namespaces");
  public static final ResourceId EVENTS = new ResourceId("", "events");
  public static final ResourceId CONFIG_MAPS = new ResourceId("", "configmaps");
  public static final ResourceId SECRETS = new ResourceId("", "secrets");
  public static final ResourceId SERVICES = new ResourceId("", "services");
  public static final ResourceId QUOTAS = new ResourceId("", "resourcequotas");
  public static final ResourceId CLAIMS = new ResourceId("", "persistentvolumeclaims");
  public static final ResourceId SERVICE_ACCOUNTS = new ResourceId("", "serviceaccounts");
  public static final ResourceId JOBS = new ResourceId("batch", "jobs");
  public static final ResourceId EVENTS_V1 = new ResourceId("events.k8s.io", "events");
  public static final ResourceId PRIORITY_CLASSES =
      new ResourceId("scheduling.k8s.io", "priorityclasses");
  public static final ResourceId DEFINITIONS =
      new ResourceId("apiextensions.k8s.io", "customresourcedefinitions");

  /** Kinds whose status is written through {@code /status} only. */
  private static final Set<String> WITH_STATUS =
      Set.of(
          "Pod",
          "Namespace",
          "Service",
          "PersistentVolume",
          "PersistentVolumeClaim",
          "Node",
          "ResourceQuota",
          "Job",
          "Deployment",
          "CustomResourceDefinition");

  private static final Set<String> WITH_GENERATION =
      Set.of("Job", "Deployment", "CustomResourceDefinition", "NetworkPolicy", "PriorityClass");

  private static final Set<String> CLUSTER_WIDE =
      Set.of(
          "Namespace",
          "Node",
          "PersistentVolume",
          "CustomResourceDefinition",
          "ClusterRole",
          "ClusterRoleBinding",
          "PriorityClass");

  private static final Set<String> IN_ALL = Set.of("Pod", "Service", "Job", "Deployment");

  private static final String CRD_GROUP = "apiextensions.k8s.io";
  private static final String RBAC = "rbac.authorization.k8s.io";

  private final ModelSchemas schemas = new ModelSchemas();

  /** In the order discovery lists them. */
  public List<ResourceType> all() {
    return List.of(
        type("", ConfigMap.class, "configmaps", "cm"),
        type("", Endpoints.class, "endpoints", "ep"),
        type("", io.fabric8.kubernetes.api.model.Event.class, "events", "ev"),
        type("", LimitRange.class, "limitranges", "limits"),
        type("", Namespace.class, "namespaces", "ns"),
        type("", Node.class, "nodes", "no"),
        type("", PersistentVolumeClaim.class, "persistentvolumeclaims", "pvc"),
        type("", PersistentVolume.class, "persistentvolumes", "pv"),
        type("", Pod.class, "pods", "po"),
        type("", ResourceQuota.class, "resourcequotas", "quota"),
        type("", Secret.class, "secrets"),
        type("", ServiceAccount.class, "serviceaccounts", "sa"),
        type("", Service.class, "services", "svc"),
        type(CRD_GROUP, CustomResourceDefinition.class, DEFINITIONS.plural(), "crd", "crds"),
        type("apps", Deployment.class, "deployments", "deploy"),
        type("batch", Job.class, "jobs"),
        type("coordination.k8s.io", Lease.class, "leases"),
        type("events.k8s.io", Event.class, "events", "ev"),
        type("networking.k8s.io", NetworkPolicy.class, "networkpolicies", "netpol"),
        type(RBAC, ClusterRoleBinding.class, "clusterrolebindings"),
        type(RBAC, ClusterRole.class, "clusterroles"),
        type(RBAC, RoleBinding.class, "rolebindings"),
        type(RBAC, Role.class, "roles"),
        type("scheduling.k8s.io", PriorityClass.class, "priorityclasses", "pc"));
  }

  private ResourceType type(String group, Class<?> model, String plural, String... shortNames) {
    String kind = model.getSimpleName();
    String singular = kind.toLowerCase(Locale.ROOT);
    List<String> categories = IN_ALL.contains(kind) ? List.of("all") : List.of();
    return new ResourceType(
        new ResourceId(group, plural),
        "v1",
        kind,
        new ResourceType.Names(singular, List.of(shortNames), categories),
        !CLUSTER_WIDE.contains(kind),
        WITH_STATUS.contains(kind),
        WITH_GENERATION.contains(kind),
        schemas.of(model),
        CelRules.NONE,
        Optional.empty());
  }
}
