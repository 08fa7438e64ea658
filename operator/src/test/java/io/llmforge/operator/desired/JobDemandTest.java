package io.llmforge.operator.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.Rendering;
import io.llmforge.operator.decide.Demand;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JobDemandTest {

  static Stream<Arguments> pods() {
    return Stream.of(
        row(
            "limits are requests",
            List.of(container("cpu=2 memory=1Gi", "")),
            List.of(),
            "cpu=2 limits.cpu=2 limits.memory=1073741824 memory=1073741824 requests.cpu=2"
                + " requests.memory=1073741824"),
        row(
            "requests win",
            List.of(container("cpu=2", "cpu=500m")),
            List.of(),
            "cpu=0.5 limits.cpu=2 requests.cpu=0.5"),
        row(
            "devices have one key",
            List.of(container("nvidia.com/gpu=1", "")),
            List.of(),
            "requests.nvidia.com/gpu=1"),
        row(
            "containers add up",
            List.of(container("cpu=2", ""), container("cpu=1", "")),
            List.of(),
            "cpu=3 limits.cpu=3 requests.cpu=3"),
        row(
            "an init container that asks for more counts",
            List.of(container("cpu=2", "")),
            List.of(container("cpu=5 memory=1", "")),
            "cpu=5 limits.cpu=5 limits.memory=1 memory=1 requests.cpu=5 requests.memory=1"),
        row("nothing is asked for", List.of(container("", "")), List.of(), ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pods")
  void podIsCountedAsTheApiServerDoes(
      String name, List<Container> containers, List<Container> inits, String expected) {
    Demand demand = JobDemand.of(List.of(job(1, 1, containers, inits)));

    assertThat(plain(demand.pods()))
        .isEqualTo(amounts((expected + " pods=1 count/pods=1").strip()));
    assertThat(demand.others()).isEqualTo(Map.of("count/jobs.batch", BigDecimal.ONE));
  }

  @Test
  void podsThatWorkAtATimeAreCounted() {
    Demand all =
        JobDemand.of(List.of(job(4, 4, List.of(container("nvidia.com/gpu=2", "")), List.of())));
    Demand some = JobDemand.of(List.of(job(2, 4, List.of(container("cpu=500m", "")), List.of())));

    assertThat(all.count()).isEqualTo(4);
    assertThat(all.pods()).isEqualTo(amounts("requests.nvidia.com/gpu=8 pods=4 count/pods=4"));
    assertThat(some.pods().get("requests.cpu")).isEqualByComparingTo("1");
  }

  @Test
  void podsWithoutProcessorOrMemoryAreBestEffort() {
    Demand bestEffort =
        JobDemand.of(List.of(job(1, 1, List.of(container("nvidia.com/gpu=1", "")), List.of())));
    Demand burstable = JobDemand.of(List.of(job(1, 1, List.of(container("", "cpu=1")), List.of())));

    assertThat(bestEffort.kind()).isEqualTo(new Demand.PodKind(true, false, ""));
    assertThat(burstable.kind()).isEqualTo(new Demand.PodKind(false, false, ""));
  }

  @Test
  void stageOfARunIsCountedWithAllItsPods() {
    var objects =
        Rendering.of(
                JobFixture.job("pairs", JobFixture.preference()),
                new PodDefaults("llmforge/trainer:test", "nvidia.com/gpu"))
            .objects();

    assertThat(JobDemand.of(ofStage("preflight", objects)).pods())
        .isEqualTo(amounts("pods=1 count/pods=1"));
    assertThat(JobDemand.of(ofStage("reference", objects)).pods())
        .isEqualTo(amounts("requests.nvidia.com/gpu=3 pods=3 count/pods=3"));
  }

  private static List<HasMetadata> ofStage(String stage, List<HasMetadata> objects) {
    return objects.stream()
        .filter(object -> stage.equals(object.getMetadata().getLabels().get("llmforge.io/stage")))
        .toList();
  }

  @Test
  void nothingButJobsIsCounted() {
    assertThat(JobDemand.of(List.of())).isEqualTo(Demand.NOTHING);
  }

  private static HasMetadata job(
      int parallelism, int completions, List<Container> containers, List<Container> inits) {
    return new JobBuilder()
        .withNewMetadata()
        .withName("job")
        .endMetadata()
        .withNewSpec()
        .withParallelism(parallelism)
        .withCompletions(completions)
        .withNewTemplate()
        .withNewSpec()
        .withContainers(containers)
        .withInitContainers(inits)
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static Container container(String limits, String requests) {
    return new ContainerBuilder()
        .withName("one")
        .withNewResources()
        .withLimits(quantities(limits))
        .withRequests(quantities(requests))
        .endResources()
        .build();
  }

  private static Map<String, Quantity> quantities(String text) {
    Map<String, Quantity> quantities = new TreeMap<>();
    pairs(text).forEach((name, amount) -> quantities.put(name, new Quantity(amount)));
    return quantities;
  }

  private static Map<String, BigDecimal> plain(Map<String, BigDecimal> amounts) {
    Map<String, BigDecimal> plain = new TreeMap<>();
    amounts.forEach(
        (name, amount) ->
            plain.put(name, new BigDecimal(amount.stripTrailingZeros().toPlainString())));
    return plain;
  }

  private static Map<String, BigDecimal> amounts(String text) {
    Map<String, BigDecimal> amounts = new TreeMap<>();
    pairs(text).forEach((name, amount) -> amounts.put(name, new BigDecimal(amount)));
    return amounts;
  }

  private static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new TreeMap<>();
    for (String pair : text.isBlank() ? new String[0] : text.split(" ")) {
      pairs.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return pairs;
  }

  private static Arguments row(
      String name, List<Container> containers, List<Container> inits, String expected) {
    return Arguments.of(name, containers, inits, expected);
  }
}
