package io.llmforge.localcluster.api;

import static io.llmforge.localcluster.api.ContractCluster.at;
import static io.llmforge.localcluster.api.ContractCluster.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.localcluster.ClusterSession;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Kinds that a definition adds: defaults, pruning, validation, rules, status. */
@Tag("cluster")
class CustomKindContractTest {
  @RegisterExtension static final ContractCluster CLUSTER = new ContractCluster();

  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: kites.contract.llmforge.io
      spec:
        group: contract.llmforge.io
        scope: Namespaced
        names: {plural: kites, kind: Kite, singular: kite}
        versions:
        - name: v1
          served: true
          storage: true
          subresources: {status: {}}
          schema:
            openAPIV3Schema:
              type: object
              required: [spec]
              properties:
                spec:
                  type: object
                  required: [length]
                  x-kubernetes-validations:
                  - rule: "!has(self.tail) || self.tail <= self.length"
                    message: tail must not be longer than the kite
                    fieldPath: .tail
                  properties:
                    length: {type: integer, minimum: 1, maximum: 10}
                    tail: {type: integer}
                    color: {type: string, enum: [red, blue], default: red}
                    maker:
                      type: string
                      maxLength: 20
                      x-kubernetes-validations:
                      - rule: self == oldSelf
                        message: maker is immutable
                    extra:
                      type: object
                      x-kubernetes-preserve-unknown-fields: true
                      properties:
                        known: {type: integer}
                    knots:
                      type: array
                      maxItems: 10
                      x-kubernetes-list-type: map
                      x-kubernetes-list-map-keys: [name]
                      items:
                        type: object
                        required: [name]
                        properties:
                          name: {type: string}
                          turns: {type: integer}
                status:
                  type: object
                  properties:
                    height: {type: integer}
      """;

  @BeforeAll
  static void define() {
    var definition = Serialization.unmarshal(DEFINITION, CustomResourceDefinition.class);
    definition.getMetadata().setLabels(ClusterSession.labels(CLUSTER.namespace()));
    CLUSTER.client().resource(definition).create();
    CLUSTER
        .client()
        .resource(definition)
        .waitUntilCondition(
            stored ->
                stored != null
                    && stored.getStatus() != null
                    && stored.getStatus().getConditions().stream()
                        .anyMatch(
                            condition ->
                                condition.getType().equals("Established")
                                    && condition.getStatus().equals("True")),
            10,
            TimeUnit.SECONDS);
  }

  @AfterAll
  static void forget() {
    CLUSTER
        .client()
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName("kites.contract.llmforge.io")
        .delete();
  }

  private static GenericKubernetesResource kite(String name, String spec) {
    return Serialization.unmarshal(
        """
        apiVersion: contract.llmforge.io/v1
        kind: Kite
        metadata: {name: %s, namespace: %s}
        spec: %s
        """
            .formatted(name, CLUSTER.namespace(), spec),
        GenericKubernetesResource.class);
  }

  private static GenericKubernetesResource created(String name, String spec) {
    return CLUSTER.client().resource(kite(name, spec)).create();
  }

  private static GenericKubernetesResource patched(String name, String patch) {
    return CLUSTER
        .client()
        .resource(kite(name, "{}"))
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  private static List<String> fields(KubernetesClientException refusal) {
    return refusal.getStatus().getDetails().getCauses().stream()
        .map(StatusCause::getField)
        .toList();
  }

  @Test
  void defaultsAreFilledInAndUnknownFieldsDropped() {
    GenericKubernetesResource kite = created("defaults", "{length: 2, sail: 1}");

    assertThat(at(kite, "spec", "color")).isEqualTo("red");
    assertThat(at(kite, "spec", "sail")).isNull();
  }

  @Test
  void openObjectsKeepUnknownFieldsAndCheckKnownOnes() {
    GenericKubernetesResource kite = created("open", "{length: 2, extra: {any: [1]}}");

    assertThat(at(kite, "spec", "extra", "any")).isEqualTo(List.of(1));
    var refusal = refusal(() -> created("open-2", "{length: 2, extra: {known: text}}"));
    assertThat(fields(refusal)).contains("spec.extra.known");
  }

  @Test
  void allBrokenFieldsAreNamedAtOnce() {
    var refusal = refusal(() -> created("broken", "{length: 11, color: green, tail: text}"));

    assertThat(refusal.getCode()).isEqualTo(422);
    assertThat(fields(refusal)).contains("spec.length", "spec.color", "spec.tail");
    assertThat(refusal.getStatus().getMessage())
        .contains("spec.length in body should be less than or equal to 10")
        .contains("Unsupported value: \"green\": supported values: \"red\", \"blue\"");
  }

  @Test
  void missingRequiredFieldIsNamed() {
    var refusal = refusal(() -> created("required", "{color: red}"));

    assertThat(refusal.getStatus().getMessage()).contains("spec.length: Required value");
  }

  @Test
  void ruleReportsItsMessageAtItsField() {
    var refusal = refusal(() -> created("rule", "{length: 2, tail: 5}"));

    assertThat(fields(refusal)).containsExactly("spec.tail");
    assertThat(refusal.getStatus().getMessage()).contains("tail must not be longer than the kite");
  }

  @Test
  void transitionRuleComparesWithTheStoredValue() {
    created("transition", "{length: 2, maker: ada}");

    var refusal = refusal(() -> patched("transition", "{\"spec\":{\"maker\":\"bob\"}}"));

    assertThat(refusal.getStatus().getMessage()).contains("maker is immutable");
    assertThat(patched("transition", "{\"spec\":{\"length\":3}}").getMetadata().getGeneration())
        .isEqualTo(2);
  }

  @Test
  void statusIsWrittenThroughItsSubresourceOnly() {
    created("status", "{length: 2}");

    GenericKubernetesResource main = patched("status", "{\"status\":{\"height\":5}}");
    GenericKubernetesResource status =
        CLUSTER
            .client()
            .resource(kite("status", "{}"))
            .subresource("status")
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"spec\":{\"length\":9},\"status\":{\"height\":5}}");

    assertThat(at(main, "status")).isNull();
    assertThat(at(status, "status", "height")).isEqualTo(5);
    assertThat(at(status, "spec", "length")).isEqualTo(2);
    assertThat(status.getMetadata().getGeneration()).isEqualTo(1);
  }

  @Test
  void itemsOfAListMapAreAppliedByTheirKeys() {
    CLUSTER
        .client()
        .resource(kite("knots", "{length: 2, knots: [{name: a, turns: 1}]}"))
        .fieldManager("one")
        .serverSideApply();

    GenericKubernetesResource both =
        CLUSTER
            .client()
            .resource(kite("knots", "{length: 2, knots: [{name: b, turns: 2}]}"))
            .fieldManager("two")
            .serverSideApply();

    assertThat(at(both, "spec", "knots"))
        .isEqualTo(List.of(Map.of("name", "a", "turns", 1), Map.of("name", "b", "turns", 2)));
  }

  @Test
  void itemOfAListMapGoesWhenItsOnlyOwnerDropsIt() {
    CLUSTER
        .client()
        .resource(kite("untied", "{length: 2, knots: [{name: a, turns: 1}, {name: b}]}"))
        .fieldManager("one")
        .serverSideApply();

    GenericKubernetesResource after =
        CLUSTER
            .client()
            .resource(kite("untied", "{length: 2, knots: [{name: b}]}"))
            .fieldManager("one")
            .serverSideApply();

    assertThat(at(after, "spec", "knots")).isEqualTo(List.of(Map.of("name", "b")));
  }

  @Test
  void listMapWhoseKeyMayBeMissingIsNoValidDefinition() {
    String broken =
        DEFINITION
            .replace("kite", "drone")
            .replace("Kite", "Drone")
            .replace("required: [name]", "description: x");

    var refusal =
        refusal(
            () ->
                CLUSTER
                    .client()
                    .resource(Serialization.unmarshal(broken, CustomResourceDefinition.class))
                    .create());

    assertThat(refusal.getCode()).isEqualTo(422);
    assertThat(refusal.getStatus().getMessage()).contains("x-kubernetes-list-map-keys");
  }

  @Test
  void ruleOnAFieldThatDoesNotExistIsNoValidDefinition() {
    String broken =
        DEFINITION
            .replace("kite", "glider")
            .replace("Kite", "Glider")
            .replace("self.tail <=", "self.tale <=");

    var refusal =
        refusal(
            () ->
                CLUSTER
                    .client()
                    .resource(Serialization.unmarshal(broken, CustomResourceDefinition.class))
                    .create());

    assertThat(refusal.getStatus().getMessage()).contains("undefined field 'tale'");
  }
}
