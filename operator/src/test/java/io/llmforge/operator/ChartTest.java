package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import io.llmforge.operator.desired.PodDefaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The chart, rendered by Helm's own engine. */
class ChartTest {

  private static final Path CHART = Path.of("../helm/llmforge-operator");

  @Test
  void chartPassesLint() {
    var result = new Helm(CHART).lint().strict().call();

    assertThat(result.isFailed()).as(() -> result.getMessages().toString()).isFalse();
  }

  @Test
  void definitionIsTheGeneratedOne() throws IOException {
    assertThat(CHART.resolve("crds/finetunejobs.llmforge.io-v1.yml"))
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
    assertThat(variable(container, "LLMFORGE_POLL_INTERVAL")).isEqualTo("2s");
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

    List<JsonNode> roles = objects.stream().filter(object -> kind(object).equals("Role")).toList();
    assertThat(roles)
        .extracting(role -> role.at("/metadata/namespace").asText())
        .containsExactlyInAnyOrder("a", "b");
    assertThat(roles).allSatisfy(role -> assertThat(rules(role)).isEqualTo(rulesFile()));
    assertThat(kinds(objects)).doesNotContain("ClusterRoleBinding");
    JsonNode container = only(objects, "Deployment").at("/spec/template/spec/containers/0");
    assertThat(variable(container, "LLMFORGE_NAMESPACES")).isEqualTo("a,b");
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
        .containsExactly("suspend", "resume");
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
  void misspelledValueIsRefused() {
    assertThatThrownBy(() -> render(command -> command.set("pollIntervall", "2s")))
        .hasMessageContaining("pollIntervall");
  }

  private static List<JsonNode> render(UnaryOperator<TemplateCommand> values) throws IOException {
    TemplateCommand command =
        new Helm(CHART).template().withName("test").withNamespace("llmforge-system");
    YAMLMapper yaml = new YAMLMapper();
    try (MappingIterator<JsonNode> objects =
        yaml.readerFor(JsonNode.class).readValues(values.apply(command).call())) {
      return objects.readAll().stream().filter(JsonNode::isObject).toList();
    }
  }

  private static String rulesFile() throws IOException {
    return new YAMLMapper()
        .readTree(Files.readString(CHART.resolve("rules/operator.yaml")))
        .toString();
  }

  private static String rules(JsonNode role) {
    return role.get("rules").toString();
  }

  private static List<JsonNode> named(List<JsonNode> objects, String name) {
    return objects.stream()
        .filter(object -> object.at("/metadata/name").asText().equals(name))
        .toList();
  }

  private static JsonNode only(List<JsonNode> objects, String kind) {
    List<JsonNode> found = objects.stream().filter(object -> kind(object).equals(kind)).toList();
    assertThat(found).as(kind).hasSize(1);
    return found.getFirst();
  }

  private static List<String> kinds(List<JsonNode> objects) {
    return objects.stream().map(ChartTest::kind).toList();
  }

  private static String kind(JsonNode object) {
    return object.path("kind").asText();
  }

  private static String variable(JsonNode container, String name) {
    for (JsonNode variable : container.get("env")) {
      if (variable.get("name").asText().equals(name)) {
        return variable.get("value").asText();
      }
    }
    return "";
  }
}
