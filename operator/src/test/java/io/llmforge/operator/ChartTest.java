package io.llmforge.operator;

import static io.llmforge.operator.RenderedChart.kind;
import static io.llmforge.operator.RenderedChart.kinds;
import static io.llmforge.operator.RenderedChart.named;
import static io.llmforge.operator.RenderedChart.only;
import static io.llmforge.operator.RenderedChart.render;
import static io.llmforge.operator.RenderedChart.variable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import io.llmforge.operator.decide.AcceleratorMap;
import io.llmforge.operator.decide.AcceleratorProfile;
import io.llmforge.operator.decide.AcceleratorProfile.Toleration;
import io.llmforge.operator.desired.PodDefaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chart, rendered by Helm's own engine. */
class ChartTest {

  private static final Path CHART = RenderedChart.FOLDER;
  private static final String PROFILE = "acceleratorProfiles.A100-80G";

  @TempDir private Path folder;

  @Test
  void chartPassesLint() {
    var result = new Helm(CHART).lint().strict().call();

    assertThat(result.isFailed()).as(() -> result.getMessages().toString()).isFalse();
  }

  @Test
  void definitionIsTheGeneratedOne() throws IOException {
    assertThat(CHART.resolve("definition/finetunejobs.llmforge.io-v1.yml"))
        .hasSameBinaryContentAs(ClusterSetup.DEFINITION);
  }

  @Test
  void operatorRunsUnderTheRestrictedStandard() throws IOException {
    JsonNode pod = only(render(UnaryOperator.identity()), "Deployment").at("/spec/template/spec");
    JsonNode container = pod.at("/containers/0");

    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
  }

  @Test
  void defaultsAreThoseOfTheOperator() throws IOException {
    JsonNode container =
        only(render(UnaryOperator.identity()), "Deployment").at("/spec/template/spec/containers/0");

    assertThat(variable(container, "LLMFORGE_TRAINER_IMAGE")).isEqualTo(PodDefaults.TRAINER_IMAGE);
    assertThat(variable(container, "LLMFORGE_ACCELERATOR_RESOURCE"))
        .isEqualTo(PodDefaults.ACCELERATOR_RESOURCE);
    assertThat(variable(container, "LLMFORGE_POLL_INTERVAL")).isEqualTo("10s");
    assertThat(variable(container, "LLMFORGE_NAMESPACES")).isEmpty();
  }

  @Test
  void operatorOfAllNamespacesHasAClusterRole() throws IOException {
    List<JsonNode> objects = render(UnaryOperator.identity());

    assertThat(rules(only(named(objects, "test-llmforge-operator"), "ClusterRole")))
        .isEqualTo(rulesFile());
    assertThat(kinds(objects)).contains("ClusterRoleBinding").doesNotContain("Role", "RoleBinding");
  }

  @Test
  void operatorOfSomeNamespacesHasARoleInEach() throws IOException {
    List<JsonNode> objects =
        render(command -> command.set("watchNamespaces[0]", "a").set("watchNamespaces[1]", "b"));

    List<JsonNode> roles =
        named(objects, "test-llmforge-operator").stream()
            .filter(object -> kind(object).equals("Role"))
            .toList();
    assertThat(roles)
        .extracting(role -> role.at("/metadata/namespace").asText())
        .containsExactlyInAnyOrder("a", "b");
    assertThat(roles).allSatisfy(role -> assertThat(rules(role)).isEqualTo(rulesFile()));
    assertThat(named(objects, "test-llmforge-operator-view")).hasSize(2);
    assertThat(named(objects, "test-llmforge-operator-edit")).hasSize(2);
    assertThat(kinds(objects)).doesNotContain("ClusterRole", "ClusterRoleBinding");
    JsonNode container = only(objects, "Deployment").at("/spec/template/spec/containers/0");
    assertThat(variable(container, "LLMFORGE_NAMESPACES")).isEqualTo("a,b");
  }

  @Test
  void whoeverHasNamespacesOnlyCanInstallIt() throws IOException {
    List<JsonNode> objects =
        render(
            command ->
                command
                    .set("watchNamespaces[0]", "a")
                    .set("crds.install", false)
                    .set("replicas", 2)
                    .set("monitoring.podMonitor", true));

    assertThat(objects)
        .allSatisfy(
            object ->
                assertThat(object.at("/metadata/namespace").asText())
                    .as(kind(object))
                    .isNotEmpty());
  }

  @Test
  void customizationsOfArgoCdAreThereWhenAskedFor() throws IOException {
    assertThat(kinds(render(UnaryOperator.identity()))).doesNotContain("ConfigMap");

    JsonNode data =
        only(render(command -> command.set("argocd.customizations", true)), "ConfigMap")
            .at("/data");

    assertThat(data.path("resource.customizations.health.llmforge.io_FineTuneJob").asText())
        .isEqualToIgnoringNewLines(Files.readString(CHART.resolve("argocd/health.lua")));
    JsonNode actions =
        new YAMLMapper()
            .readTree(
                data.path("resource.customizations.actions.llmforge.io_FineTuneJob").asText());
    assertThat(actions.path("discovery.lua").asText())
        .isEqualToIgnoringNewLines(Files.readString(CHART.resolve("argocd/actions.lua")));
    assertThat(actions.path("definitions"))
        .extracting(definition -> definition.path("name").asText())
        .containsExactly("suspend", "resume", "retry");
    assertThat(actions.at("/definitions/1/action.lua").asText())
        .isEqualToIgnoringNewLines(Files.readString(CHART.resolve("argocd/resume.lua")));
  }

  /** Rendering leaves hooks out, so the Secret's own template is read; lint has parsed it. */
  @Test
  void keyOfTrainersTokensIsMadeAtInstallationAlone() throws IOException {
    String template = Files.readString(CHART.resolve("templates/status-key.yaml"));

    assertThat(template)
        .contains("helm.sh/hook: pre-install\n")
        .contains("argocd.argoproj.io/hook: Skip\n")
        .contains("key: {{ randAlphaNum 48 | b64enc }}");
    assertThat(statusKey(render(UnaryOperator.identity())))
        .isEqualTo("test-llmforge-operator-status-key");
  }

  @Test
  void keyOfTrainersTokensMayBeYours() throws IOException {
    List<JsonNode> objects = render(command -> command.set("statusKey.secretName", "mine"));

    assertThat(kinds(objects)).doesNotContain("Secret");
    assertThat(statusKey(objects)).isEqualTo("mine");
  }

  @Test
  void operatorWithoutAKeyNeedsNoSecret() throws IOException {
    List<JsonNode> objects = render(command -> command.set("statusKey.enabled", false));

    assertThat(kinds(objects)).doesNotContain("Secret");
    assertThat(statusKey(objects)).isEmpty();
  }

  private static String statusKey(List<JsonNode> objects) {
    JsonNode container = only(objects, "Deployment").at("/spec/template/spec/containers/0");
    for (JsonNode variable : container.path("env")) {
      if (variable.path("name").asText().equals("LLMFORGE_STATUS_KEY")) {
        return variable.at("/valueFrom/secretKeyRef/name").asText();
      }
    }
    return "";
  }

  @Test
  void rolesOfUsersAreAggregated() throws IOException {
    List<JsonNode> objects = render(UnaryOperator.identity());

    JsonNode view = only(named(objects, "test-llmforge-operator-view"), "ClusterRole");
    JsonNode edit = only(named(objects, "test-llmforge-operator-edit"), "ClusterRole");

    assertThat(view.at("/metadata/labels").toString())
        .contains("\"rbac.authorization.k8s.io/aggregate-to-view\":\"true\"");
    assertThat(edit.at("/metadata/labels").toString())
        .contains("\"rbac.authorization.k8s.io/aggregate-to-edit\":\"true\"")
        .doesNotContain("aggregate-to-view");
  }

  @Test
  void whoeverMayEditInANamespaceMayReadThereAsWell() throws IOException {
    List<JsonNode> objects = render(command -> command.set("watchNamespaces[0]", "a"));

    JsonNode view = only(named(objects, "test-llmforge-operator-view"), "Role");
    JsonNode edit = only(named(objects, "test-llmforge-operator-edit"), "Role");

    assertThat(verbs(view)).containsExactlyInAnyOrder("get", "list", "watch");
    // What kubectl apply, edit, patch and delete ask for.
    assertThat(verbs(edit))
        .containsAll(verbs(view))
        .contains("create", "delete", "patch", "update");
  }

  private static List<String> verbs(JsonNode role) {
    return role.get("rules")
        .valueStream()
        .filter(rule -> rule.get("resources").toString().contains("\"finetunejobs\""))
        .flatMap(rule -> rule.get("verbs").valueStream())
        .map(JsonNode::asText)
        .toList();
  }

  @Test
  void singleOperatorElectsNobody() throws IOException {
    List<JsonNode> objects = render(UnaryOperator.identity());

    assertThat(only(objects, "Deployment").at("/spec/strategy/type").asText())
        .isEqualTo("Recreate");
    assertThat(kinds(objects)).doesNotContain("PodDisruptionBudget", "Role");
    JsonNode container = only(objects, "Deployment").at("/spec/template/spec/containers/0");
    assertThat(container.get("env").toString()).doesNotContain("LEASE");
  }

  @Test
  void severalOperatorsElectOneWithRightsOnLeasesOnly() throws IOException {
    List<JsonNode> objects = render(command -> command.set("replicas", 2));

    JsonNode deployment = only(objects, "Deployment");
    assertThat(deployment.at("/spec/replicas").asInt()).isEqualTo(2);
    assertThat(deployment.at("/spec/strategy/type").asText()).isEqualTo("RollingUpdate");
    JsonNode container = deployment.at("/spec/template/spec/containers/0");
    assertThat(container.get("env").toString())
        .contains("\"name\":\"LLMFORGE_LEASE_NAMESPACE\"", "metadata.namespace");
    JsonNode role = only(objects, "Role");
    assertThat(role.at("/metadata/namespace").asText()).isEqualTo("llmforge-system");
    assertThat(role.get("rules").findValuesAsText("resources")).hasSize(1);
    assertThat(role.at("/rules/0/resources").toString()).isEqualTo("[\"leases\"]");
    JsonNode budget = only(objects, "PodDisruptionBudget");
    assertThat(budget.at("/spec/selector")).isEqualTo(deployment.at("/spec/selector"));
  }

  @Test
  void definitionIsUpgradedWithTheChartAndKept() throws IOException {
    JsonNode generated = new YAMLMapper().readTree(ClusterSetup.DEFINITION.toFile());

    JsonNode kept = only(render(UnaryOperator.identity()), "CustomResourceDefinition");
    JsonNode released =
        only(render(command -> command.set("crds.keep", false)), "CustomResourceDefinition");

    assertThat(kept.at("/metadata/annotations/helm.sh~1resource-policy").asText())
        .isEqualTo("keep");
    assertThat(kept.get("spec")).isEqualTo(generated.get("spec"));
    assertThat(released).isEqualTo(generated);
    assertThat(kinds(render(command -> command.set("crds.install", false))))
        .doesNotContain("CustomResourceDefinition");
  }

  @Test
  void everyValueIsDescribedAndEveryOtherRefused() throws IOException {
    JsonNode schema = new YAMLMapper().readTree(CHART.resolve("values.schema.json").toFile());
    JsonNode values = new YAMLMapper().readTree(CHART.resolve("values.yaml").toFile());

    assertThat(undescribed(schema, values, "")).isEmpty();
    assertThat(values.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(
            schema
                .get("properties")
                .propertyStream()
                .map(Map.Entry::getKey)
                .filter(name -> !name.equals("global"))
                .toList());
  }

  // Values of an object without properties of its own are Kubernetes' and described there.
  private static List<String> undescribed(JsonNode schema, JsonNode values, String path) {
    List<String> undescribed = new ArrayList<>();
    if (!schema.has("properties")) {
      return undescribed;
    }
    if (schema.path("additionalProperties").asBoolean(true)) {
      undescribed.add(path + " takes unknown values");
    }
    schema
        .get("properties")
        .propertyStream()
        .forEach(
            property -> {
              String place = path + "." + property.getKey();
              if (property.getValue().path("description").asText().isBlank()) {
                undescribed.add(place + " has no description");
              }
              if (!place.equals(".global") && !values.has(property.getKey())) {
                undescribed.add(place + " has no default");
              }
              undescribed.addAll(
                  undescribed(property.getValue(), values.path(property.getKey()), place));
            });
    return undescribed;
  }

  @Test
  void misspelledValueIsRefused() {
    assertThatThrownBy(() -> render(command -> command.set("pollIntervall", "2s")))
        .hasMessageContaining("pollIntervall");
  }

  @Test
  void runsHaveANetworkPolicyUnlessItIsTurnedOff() throws IOException {
    List<JsonNode> on =
        render(command -> command.set("security.networkPolicy.monitoringNamespaces[0]", "metrics"));
    List<JsonNode> off = render(command -> command.set("security.networkPolicy.enabled", false));

    assertThat(
            variable(
                only(on, "Deployment").at("/spec/template/spec/containers/0"),
                "LLMFORGE_STATUS_READERS"))
        .isEqualTo("llmforge-system,metrics");
    assertThat(only(off, "Deployment").toString()).doesNotContain("LLMFORGE_STATUS_READERS");
    assertThat(rules(only(named(off, "test-llmforge-operator"), "ClusterRole")))
        .isEqualTo(rulesFile("operator.yaml"));
  }

  @Test
  void operatorReadsTheAcceleratorsOfTheValues() throws IOException {
    List<JsonNode> objects =
        render(
            command ->
                command
                    .set(PROFILE + ".nodeSelector.nvidia\\.com/gpu\\.product", "NVIDIA-A100")
                    .set(PROFILE + ".tolerations[0].key", "gpu")
                    .set(PROFILE + ".tolerations[0].operator", "Exists")
                    .set(PROFILE + ".resourceName", "example.com/gpu")
                    .set(PROFILE + ".memory", "80Gi"));
    Path file = folder.resolve("accelerators.json");
    Files.writeString(file, only(objects, "ConfigMap").at("/data/accelerators.json").asText());

    assertThat(AcceleratorFile.read(file))
        .isEqualTo(
            AcceleratorMap.of(
                Map.of(
                    "A100-80G",
                    AcceleratorProfile.of(
                        Map.of("nvidia.com/gpu.product", "NVIDIA-A100"),
                        List.of(new Toleration("gpu", "Exists", null, null)),
                        "example.com/gpu",
                        OptionalLong.of(80L << 30)))));
    JsonNode pod = only(objects, "Deployment").at("/spec/template");
    assertThat(variable(pod.at("/spec/containers/0"), "LLMFORGE_ACCELERATOR_PROFILES"))
        .isEqualTo("/etc/llmforge/accelerators.json");
    assertThat(pod.at("/spec/volumes/1/configMap/name"))
        .isEqualTo(only(objects, "ConfigMap").at("/metadata/name"));
    assertThat(pod.at("/metadata/annotations/llmforge.io~1accelerators").asText()).isNotEmpty();
  }

  private static String rulesFile() throws IOException {
    return rulesFile("operator.yaml", "network-policy.yaml");
  }

  private static String rulesFile(String... files) throws IOException {
    ArrayNode rules = new YAMLMapper().createArrayNode();
    for (String file : files) {
      rules.addAll(
          (ArrayNode) new YAMLMapper().readTree(CHART.resolve("rules").resolve(file).toFile()));
    }
    return rules.toString();
  }

  private static String rules(JsonNode role) {
    return role.get("rules").toString();
  }
}
