package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.operator.decide.AcceleratorMap;
import io.llmforge.operator.decide.AcceleratorProfile;
import io.llmforge.operator.decide.AcceleratorProfile.Toleration;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.desired.PodDefaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What configs say of accelerators, on a cluster whose administrator says where they are. */
class AcceleratorsTest {

  private static final AcceleratorMap MAP =
      AcceleratorMap.of(
          Map.of(
              "A100-80G",
              AcceleratorProfile.of(
                  Map.of("gpu", "a100"),
                  List.of(new Toleration("gpu", "Exists", null, "NoSchedule")),
                  "example.com/a100",
                  OptionalLong.of(80L << 30)),
              "L4",
              AcceleratorProfile.of(Map.of("gpu", "l4"), null, null, OptionalLong.empty())));
  private static final PodDefaults WITHOUT = OperatorFixture.DEFAULTS;
  private static final PodDefaults WITH = WITHOUT.withAccelerators(MAP);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{worker_resources: {'accelerator_type:A100-80G': 0.001}}",
        "{worker_resources: {memory: 100, 'accelerator_type:A100-80G': 0.001}}",
        "{worker_resources: {'acceleratorx_type:A100-80G': 0.001}}",
        "{worker_resources: {'anyscale/accelerator_shape:4xA100-80G': 0.001}}",
        "{trainer_resources: {'accelerator_type:A100-80G': 0.001}}",
        "{worker_resources: {'accelerator_type:A100-80G': 0.001},"
            + " trainer_resources: {'accelerator_type:L4': 0.001}}"
      })
  void trainerRunsWhereItsAcceleratorIs(String keys) throws IOException {
    Rendering rendering = Rendering.of(job(keys), WITH);

    PodSpec pod = pods(rendering).getLast();
    assertThat(pod.getNodeSelector()).isEqualTo(Map.of("gpu", "a100"));
    assertThat(pod.getTolerations())
        .singleElement()
        .satisfies(
            toleration -> {
              assertThat(toleration.getKey()).isEqualTo("gpu");
              assertThat(toleration.getOperator()).isEqualTo("Exists");
              assertThat(toleration.getEffect()).isEqualTo("NoSchedule");
            });
    assertThat(pod.getContainers().getFirst().getResources().getLimits())
        .containsOnlyKeys("example.com/a100");
    assertThat(rendering.decision().planning().findings())
        .noneMatch(
            finding ->
                finding.severity() == Finding.Severity.IGNORED
                    && finding.message().contains("spec.podTemplate.nodeSelector"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{worker_resources: {'accelerator_type:H200': 0.001}}",
        "{trainer_resources: {'accelerator_type:H200': 0.001}}",
        "{worker_resources: {'anyscale/accelerator_shape:8xH200': 0.001}}"
      })
  void unknownAcceleratorIsRefusedWithTheKnownOnes(String keys) throws IOException {
    Planning planning = Rendering.of(job(keys), WITH).decision().planning();

    assertThat(planning).isInstanceOf(Planning.Refused.class);
    assertThat(planning.findings())
        .filteredOn(finding -> finding.severity() == Finding.Severity.ERROR)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.path()).contains("_resources.").contains("H200");
              assertThat(finding.message())
                  .contains("H200 is no accelerator of this cluster")
                  .contains("A100-80G, L4");
            });
  }

  @Test
  void scoringPodsRunWhereTheirOwnAcceleratorIs() throws IOException {
    FineTuneJob job =
        job(
            "{worker_resources: {'accelerator_type:A100-80G': 0.001}, preference_tuning_config:"
                + " {beta: 0.1, logprob_processor_scaling_config: {concurrency: 2, batch_size: 1,"
                + " custom_resources: {'accelerator_type:L4': 0.001}}}}");

    assertThat(pods(Rendering.of(job, WITH)))
        .extracting(PodSpec::getNodeSelector)
        .containsExactly(Map.of("gpu", "a100"), Map.of("gpu", "l4"), Map.of("gpu", "a100"));
  }

  @Test
  void lookRunsAnywhereWhenItsVolumeIsEverywhere() throws IOException {
    FineTuneJob job = job("{worker_resources: {'accelerator_type:A100-80G': 0.001}}");
    ObjectNode spec =
        (ObjectNode) new YAMLMapper().readTree("storage: {workspace: {accessMode: ReadWriteMany}}");
    spec.set("config", job.getSpec().config());
    job.setSpec(new YAMLMapper().convertValue(spec, FineTuneJobSpec.class));

    assertThat(pods(Rendering.of(job, WITH)))
        .extracting(PodSpec::getNodeSelector)
        .containsExactly(Map.of(), Map.of("gpu", "a100"));
  }

  @Test
  void whatTheJobSaysItselfGoesFirst() throws IOException {
    FineTuneJob job = job("{worker_resources: {'accelerator_type:A100-80G': 0.001}}");
    ObjectNode spec =
        (ObjectNode)
            new YAMLMapper()
                .readTree(
                    """
                    resources: {accelerator: {resourceName: amd.com/gpu}}
                    podTemplate: {nodeSelector: {gpu: mine, disk: ssd}}
                    """);
    spec.set("config", job.getSpec().config());
    job.setSpec(new YAMLMapper().convertValue(spec, FineTuneJobSpec.class));

    PodSpec pod = pods(Rendering.of(job, WITH)).getLast();

    assertThat(pod.getNodeSelector()).isEqualTo(Map.of("gpu", "mine", "disk", "ssd"));
    assertThat(pod.getContainers().getFirst().getResources().getLimits())
        .containsOnlyKeys("amd.com/gpu");
  }

  @Test
  void withoutAMapTheNamesHaveNoEffect() throws IOException {
    FineTuneJob job = job("{worker_resources: {'accelerator_type:H200': 0.001}}");
    Rendering rendering = Rendering.of(job, WITHOUT);

    PodSpec pod = pods(rendering).getLast();
    assertThat(pod.getNodeSelector()).isNullOrEmpty();
    assertThat(pod.getTolerations()).isEmpty();
    assertThat(rendering.decision().planning().findings())
        .extracting(Finding::path, Finding::severity)
        .contains(
            org.assertj.core.groups.Tuple.tuple("worker_resources", Finding.Severity.IGNORED));
  }

  @ParameterizedTest
  @CsvSource({"A100-80G, --memory-bytes=85899345920", "L4, "})
  void lookIsToldTheMemoryOfTheAccelerator(String product, String argument) throws IOException {
    FineTuneJob job = job("{worker_resources: {'accelerator_type:%s': 0.001}}".formatted(product));

    List<PodSpec> pods = pods(Rendering.of(job, WITH));

    assertThat(pods)
        .extracting(pod -> memoryArguments(pod))
        .containsExactly(Stream.ofNullable(argument).toList(), List.of());
  }

  private static List<String> memoryArguments(PodSpec pod) {
    return pod.getContainers().getFirst().getArgs().stream()
        .filter(argument -> argument.startsWith(PodContract.MEMORY_ARGUMENT))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"80 GB", "much", ""})
  void memoryThatIsNoAmountKeepsTheOperatorFromStarting(String memory) throws IOException {
    Path file = folder.resolve("accelerators.json");
    Files.writeString(file, "{\"L4\": {\"memory\": \"%s\"}}".formatted(memory));

    assertThatThrownBy(() -> AcceleratorFile.read(file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("accelerators.json", "memory of L4", "80Gi");
  }

  @Test
  void misspelledProfileKeepsTheOperatorFromStarting() throws IOException {
    Path file = folder.resolve("accelerators.json");
    Files.writeString(file, "{\"L4\": {\"nodeSelektor\": {}}}");

    assertThatThrownBy(() -> AcceleratorFile.read(file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("accelerators.json")
        .hasMessageContaining("nodeSelektor");
  }

  private static FineTuneJob job(String keys) throws IOException {
    ObjectNode config = JobFixture.config();
    config.setAll((ObjectNode) new YAMLMapper().readTree(keys));
    return JobFixture.job("placed", config);
  }

  private static List<PodSpec> pods(Rendering rendering) {
    return rendering.objects().stream()
        .filter(Job.class::isInstance)
        .map(object -> ((Job) object).getSpec().getTemplate().getSpec())
        .toList();
  }
}
