package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;

final class LeanObjectsTest {

  private final ObjectMapper whole = new ObjectMapper();
  private final ObjectMapper lean = new ObjectMapper();

  LeanObjectsTest() {
    new LeanObjects().customize(lean);
  }

  @Test
  void whatNobodyLooksAtIsNotRead() throws Exception {
    Pod pod = lean.readValue(whole.writeValueAsString(pod()), Pod.class);

    assertThat(pod.getMetadata().getManagedFields()).isEmpty();
    assertThat(pod.getSpec().getContainers()).isEmpty();
    assertThat(pod.getMetadata().getName()).isEqualTo("one");
    assertThat(pod.getSpec().getNodeName()).isEqualTo("node");
    assertThat(pod.getStatus().getContainerStatuses()).hasSize(1);
    assertThat(lean.readValue(whole.writeValueAsString(plan()), ConfigMap.class).getData())
        .isEmpty();
  }

  @Test
  void whatIsCreatedIsWrittenWhole() throws Exception {
    assertThat(lean.writeValueAsString(pod())).isEqualTo(whole.writeValueAsString(pod()));
    assertThat(lean.writeValueAsString(plan())).isEqualTo(whole.writeValueAsString(plan()));
  }

  private static ConfigMap plan() {
    return new ConfigMapBuilder().addToData("plan.json", "{}").build();
  }

  private static Pod pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("one")
        .addNewManagedField()
        .withManager("somebody")
        .endManagedField()
        .endMetadata()
        .withNewSpec()
        .withNodeName("node")
        .addNewContainer()
        .withName("trainer")
        .endContainer()
        .endSpec()
        .withNewStatus()
        .addNewContainerStatus()
        .withName("trainer")
        .endContainerStatus()
        .endStatus()
        .build();
  }
}
