package io.llmforge.operator.desired;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Accelerator;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.AccessMode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Cache;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Checkpoints;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Credential;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Output;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.PerDevice;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.PodTemplate;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Purpose;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Resources;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.SecretReference;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Storage;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Workspace;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.Rendering;
import io.llmforge.operator.SpecDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every owned object, compared with the YAML in {@code src/test/resources/desired}. */
class DesiredObjectsTest {

  private static final Path GOLDEN = Path.of("src/test/resources/desired");
  private static final PodDefaults DEFAULTS =
      new PodDefaults("llmforge/trainer:1.2.3", "nvidia.com/gpu");
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
          .build();

  @Test
  void smallestJobGetsTheDefaults() throws IOException {
    FineTuneJob job = JobFixture.job("tiny", JobFixture.config());
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000001");

    compare("smallest.yaml", Rendering.of(job, DEFAULTS).objects());
  }

  @Test
  void everyFieldOfTheSpecArrivesInAnObject() throws IOException {
    ObjectNode config = JobFixture.config();
    config.put("valid_path", "pvc://data/valid.jsonl");
    config.put("initial_base_model_ckpt_path", "pvc://other.claim/base");
    FineTuneJob job = JobFixture.job("everything", config);
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000002");
    job.getMetadata().setNamespace("team-a");
    job.getMetadata().setGeneration(4L);
    job.setSpec(
        SpecDraft.of(config)
            .image("registry.example/trainer@sha256:0")
            .resources(new Resources(new Accelerator("amd.com/gpu"), new PerDevice("8", "64Gi")))
            .storage(new Storage(new Workspace("200Gi", "fast", AccessMode.ReadWriteMany)))
            .outputs(List.of(new Output("model", "pvc://data/out", null)))
            .podTemplate(
                new PodTemplate(
                    Map.of("team", "a", "llmforge.io/job", "not-this-one"),
                    Map.of("note", "kept"),
                    Map.of("disk", "ssd"),
                    List.of("pull-secret")))
            .build());

    compare("everything.yaml", Rendering.of(job, DEFAULTS).objects());
  }

  @Test
  void preferenceTuningHasAStageOfScoringPodsBeforeTraining() throws IOException {
    FineTuneJob job = JobFixture.job("pairs", JobFixture.preference());
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000003");
    job.setSpec(
        SpecDraft.of(JobFixture.preference())
            .storage(new Storage(new Workspace(null, null, AccessMode.ReadWriteMany)))
            .outputs(List.of(new Output("adapter", "pvc://models/pairs", null)))
            .build());

    compare("preference.yaml", Rendering.of(job, DEFAULTS).objects());
  }

  @Test
  void runsShareTheScoresOfAReferenceOnAClaim() throws IOException {
    FineTuneJob job = JobFixture.job("sweep", JobFixture.preference());
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000006");
    job.setSpec(
        SpecDraft.of(JobFixture.preference())
            .storage(new Storage(null, new Cache("shared", "team-a/cache")))
            .outputs(List.of(new Output("adapter", "pvc://models/sweep", null)))
            .build());

    compare("cache.yaml", Rendering.of(job, DEFAULTS).objects());
  }

  @Test
  void severalDevicesAreAsManyPodsThatFindEachOther() throws IOException {
    ObjectNode config = JobFixture.config();
    config.put("num_devices", 4);
    FineTuneJob job = JobFixture.job("group", config);
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000005");

    compare("devices.yaml", Rendering.of(job, DEFAULTS).objects());
  }

  @Test
  void remoteSourcesAreFetchedByAnInitContainerWithTheCredentials() throws IOException {
    ObjectNode config = JobFixture.preference();
    config.put("model_id", "org/tiny-llama");
    config.put("train_path", "s3://bucket/pairs.jsonl");
    FineTuneJob job = JobFixture.job("remote", config);
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000004");
    job.setSpec(
        SpecDraft.of(config)
            .resources(new Resources(null, new PerDevice("8", "64Gi")))
            .credentials(
                List.of(
                    new Credential(new SecretReference("hub"), null),
                    new Credential(new SecretReference("mlflow"), Purpose.Tracking),
                    new Credential(new SecretReference("results"), Purpose.Outputs)))
            .build());

    compare("remote.yaml", Rendering.of(job, DEFAULTS).objects());
  }

  @Test
  void resultThatLeavesTheClusterHasAStageThatAloneMayWriteIt() throws IOException {
    FineTuneJob job = JobFixture.job("leaving", JobFixture.config());
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000007");
    job.setSpec(
        SpecDraft.of(JobFixture.config())
            .resources(new Resources(null, new PerDevice("8", "64Gi")))
            .outputs(List.of(new Output("adapter", "s3://results/leaving", null)))
            .credentials(List.of(new Credential(new SecretReference("results"), Purpose.Outputs)))
            .build());

    compare("leaving.yaml", Rendering.of(job, DEFAULTS).objects());
  }

  @Test
  void runsShareWhatIsFetchedOnAClaim() throws IOException {
    ObjectNode config = JobFixture.preference();
    config.put("model_id", "org/tiny-llama");
    FineTuneJob job = JobFixture.job("shared", config);
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000007");
    job.setSpec(
        SpecDraft.of(config)
            .storage(new Storage(null, new Cache("models", null)))
            .credentials(List.of(new Credential(new SecretReference("hub"), null)))
            .build());

    compare("shared-sources.yaml", Rendering.of(job, DEFAULTS).objects());
  }

  @Test
  void trainerAndPreflightReachWhereCheckpointsAreCopiedTo() throws IOException {
    FineTuneJob job = JobFixture.job("copied", JobFixture.preference());
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000008");
    job.setSpec(
        SpecDraft.of(JobFixture.preference())
            .credentials(
                List.of(
                    new Credential(new SecretReference("copies"), Purpose.Checkpoints),
                    new Credential(new SecretReference("mlflow"), Purpose.Tracking)))
            .checkpoints(new Checkpoints("s3://backup/runs"))
            .build());

    compare("checkpoints.yaml", Rendering.of(job, DEFAULTS).objects());
  }

  @Test
  void claimOfCheckpointsIsWrittenByTrainerAndPreflightAlone() throws IOException {
    FineTuneJob job = JobFixture.job("copied", JobFixture.config());
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000009");
    job.setSpec(
        SpecDraft.of(JobFixture.config())
            .checkpoints(new Checkpoints("pvc://backup/runs"))
            .build());

    compare("checkpoints-on-a-claim.yaml", Rendering.of(job, DEFAULTS).objects());
  }

  @Test
  void podsOfARunAreReachedByEachOtherAndByReadersOfTheirStatus() throws IOException {
    FineTuneJob job = JobFixture.job("tiny", JobFixture.config());
    job.getMetadata().setUid("2f9b8f2c-0000-0000-0000-000000000005");
    var readers = new StatusReaders(List.of("llmforge-system", "monitoring"));

    List<HasMetadata> objects = Rendering.of(job, DEFAULTS.withStatusReaders(readers)).objects();

    List<HasMetadata> policies =
        objects.stream().filter(object -> object.getKind().equals("NetworkPolicy")).toList();
    compare("network-policy.yaml", policies);
    assertThat(objects.indexOf(policies.getFirst())).isLessThan(objects.size() - 1);
    assertThat(Rendering.of(job, DEFAULTS).objects())
        .noneMatch(object -> object.getKind().equals("NetworkPolicy"));
  }

  @Test
  void refusedJobGetsNothing() {
    FineTuneJob job =
        JobFixture.job("tiny", JobFixture.config().put("model_id", "ftp://host/model"));

    assertThat(Rendering.of(job, DEFAULTS).objects()).isEmpty();
  }

  private static void compare(String golden, List<HasMetadata> objects) throws IOException {
    StringBuilder actual = new StringBuilder();
    for (HasMetadata object : objects) {
      actual.append(yaml(object));
    }
    if (Boolean.getBoolean("llmforge.golden.refresh")) {
      Files.writeString(GOLDEN.resolve(golden), actual);
    }

    assertThat(actual.toString())
        .as("refresh with -Dllmforge.golden.refresh=true, then read the difference")
        .isEqualTo(Files.readString(GOLDEN.resolve(golden)));
  }

  private static String yaml(HasMetadata object) throws JsonProcessingException {
    return YAML.writeValueAsString(object);
  }
}
