package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Credential;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Output;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Purpose;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.SecretReference;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrackingPlan;
import io.llmforge.crds.plan.TrackingPlan.MissingExperiment;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.identity.Owner;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code logger}, outputs of object stores and their credentials come to. */
class TrackingPlanningTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid-1");

  @Test
  void withoutLoggerNothingIsTracked() {
    assertThat(planned(JobFixture.config()).plan().tracking()).isNull();
  }

  @Test
  void mlflowIsTracked() {
    var config = JobFixture.config();
    config
        .putObject("logger")
        .put("provider", "mlflow")
        .putObject("provider_config")
        .put("tracking_uri", "https://mlflow.example:8443/base")
        .put("experiment_name", "poets")
        .put("create_experiment_if_not_exists", false);

    assertThat(planned(config).plan().tracking())
        .isEqualTo(
            new TrackingPlan.Mlflow(
                "https://mlflow.example:8443/base", "poets", MissingExperiment.ENDS_TRACKING));
  }

  @Test
  void serverMayBeNamedByTheSecretForTracking() {
    var config = JobFixture.config();
    config.putObject("logger").put("provider", "mlflow");

    var alone = planned(config);
    var given = planned(config, null, List.of(credential(Purpose.Tracking)));

    assertThat(given.plan().tracking())
        .isEqualTo(new TrackingPlan.Mlflow(null, "Default", MissingExperiment.IS_CREATED));
    assertThat(warnings(alone)).anyMatch(words -> words.contains("nothing will be tracked"));
    assertThat(warnings(given)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"databricks", "file:///tmp/mlruns", "http:///path", "sqlite:///x.db", "no uri"})
  void serverThatAPodCannotReachIsRefused(String uri) {
    var config = JobFixture.config();
    config
        .putObject("logger")
        .put("provider", "mlflow")
        .putObject("provider_config")
        .put("tracking_uri", uri);

    var refused = (Planning.Refused) plan(config, null, null);

    assertThat(refused.findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.path()).isEqualTo("logger.provider_config.tracking_uri");
              assertThat(finding.message()).contains("write http://HOST:PORT or https://HOST");
            });
  }

  @Test
  void passwordInTheAddressIsRefusedAndNotRepeated() {
    var config = JobFixture.config();
    config
        .putObject("logger")
        .put("provider", "mlflow")
        .putObject("provider_config")
        .put("tracking_uri", "https://ann:hush@mlflow.example");

    var refused = (Planning.Refused) plan(config, null, null);

    assertThat(refused.findings().toString())
        .contains("MLFLOW_TRACKING_PASSWORD")
        .doesNotContain("hush");
  }

  @Test
  void weightsAndBiasesIsTracked() {
    var config = JobFixture.config();
    config
        .putObject("logger")
        .put("provider", "wandb")
        .putObject("provider_config")
        .put("base_url", "https://wandb.example")
        .put("entity", "team")
        .put("project", "poets & co")
        .put("name", "one")
        .put("group", 7)
        .put("job_type", "train")
        .put("notes", "by hand")
        .putArray("tags")
        .add("a b")
        .add("c");

    var planned = planned(config, null, List.of(credential(Purpose.Tracking)));

    assertThat(planned.plan().tracking())
        .isEqualTo(
            new TrackingPlan.WeightsAndBiases(
                "https://wandb.example",
                new TrackingPlan.Place("team", "poets & co"),
                new TrackingPlan.Labels("one", "7", "train", "by hand", List.of("a b", "c"))));
    assertThat(planned.findings()).noneMatch(finding -> finding.path().startsWith("logger"));
  }

  /** Configs of LLMForge say no more than that, and run as they stand. */
  @Test
  void weightsAndBiasesWithoutAKeyIsAWarning() {
    var config = JobFixture.config();
    config.putObject("logger").put("provider", "wandb");

    var alone = planned(config);
    var given = planned(config, null, List.of(credential(Purpose.Tracking)));

    assertThat(warnings(alone))
        .anyMatch(
            words -> words.contains("nothing will be tracked: name one that holds WANDB_API_KEY"));
    assertThat(warnings(given)).isEmpty();
    assertThat(given.plan().tracking())
        .isEqualTo(
            new TrackingPlan.WeightsAndBiases(
                null, new TrackingPlan.Place(null, null), TrackingPlan.Labels.NONE))
        .isEqualTo(alone.plan().tracking());
  }

  @Test
  void settingsThatAreNoneOfTheProvidersAreNamed() {
    var config = JobFixture.config();
    config
        .putObject("logger")
        .put("provider", "wandb")
        .putObject("provider_config")
        .put("experiment_name", "poets")
        .putObject("notes");

    assertThat(planned(config).findings())
        .filteredOn(finding -> finding.severity() == Severity.IGNORED)
        .extracting(Finding::path)
        .contains("logger.provider_config.experiment_name", "logger.provider_config.notes");
  }

  @Test
  void keyInTheConfigIsRefusedAndNotRepeated() {
    var config = JobFixture.config();
    config
        .putObject("logger")
        .put("provider", "wandb")
        .putObject("provider_config")
        .put("api_key", "hush")
        .put("project", "team/poets")
        .put("base_url", "https://api:hush@wandb.example");

    var refused = (Planning.Refused) plan(config, null, null);

    assertThat(refused.findings())
        .filteredOn(finding -> finding.severity() == Severity.ERROR)
        .extracting(Finding::path)
        .containsExactlyInAnyOrder(
            "logger.provider_config.api_key",
            "logger.provider_config.project",
            "logger.provider_config.base_url");
    assertThat(refused.findings().toString()).contains("WANDB_API_KEY").doesNotContain("hush");
  }

  @Test
  void unknownTrackerIsRefused() {
    var config = JobFixture.config();
    config.putObject("logger").put("provider", "comet");

    assertThat(plan(config, null, null)).isInstanceOf(Planning.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://results/team/poet", "gs://results/team/poet/"})
  void resultsGoToObjectStores(String uri) {
    var output = List.of(new Output("adapter", uri, null));

    var planned = planned(JobFixture.config(), output, List.of(credential(Purpose.Outputs)));

    assertThat(planned.plan().output().location())
        .isEqualTo(new Location.RemoteFolder(uri.replaceFirst("/$", "")));
    assertThat(warnings(planned)).isEmpty();
    assertThat(planned.plan().remoteSources()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"hf://team/poet, ", "hf://team/poet@experiments/one, experiments/one"})
  void resultsGoToTheHub(String uri, @Nullable String branch) {
    var output = List.of(new Output("adapter", uri, null));

    var planned = planned(JobFixture.config(), output, List.of(credential(Purpose.Outputs)));

    assertThat(planned.plan().output().location())
        .isEqualTo(new Location.HubModel("team/poet", branch));
    assertThat(warnings(planned)).isEmpty();
    assertThat(planned.plan().remoteSources()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "hf://poet, needs a repository with an owner",
    "hf://team/poet/adapter, is not the id of a Hugging Face model",
    "hf://team/poet@, is not a revision",
    "hf://team/poet@0123456789012345678901234567890123456789, is published to a branch",
    "hf://team/poet@refs/pr/1, is published to a branch",
    "hf://, is not the id of a Hugging Face model"
  })
  void whatIsNoBranchOfARepositoryIsRefused(String uri, String words) {
    var output = List.of(new Output("adapter", uri, null));

    var planning = plan(JobFixture.config(), output, List.of(credential(Purpose.Outputs)));

    assertThat(planning).isInstanceOf(Planning.Refused.class);
    assertThat(planning.findings().toString()).contains("spec.outputs[0].uri", words);
  }

  /** No pod has an identity at the Hub. */
  @Test
  void hubWithoutCredentialsIsRefused() {
    var output = List.of(new Output("adapter", "hf://team/poet", null));

    var planning = plan(JobFixture.config(), output, List.of(credential(Purpose.Sources)));

    assertThat(planning).isInstanceOf(Planning.Refused.class);
    assertThat(planning.findings().toString())
        .contains("spec.credentials", "can be written with HF_TOKEN only");
  }

  @Test
  void resultsNeedAFolderOfTheirOwn() {
    var output = List.of(new Output("adapter", "s3://results/", null));

    assertThat(plan(JobFixture.config(), output, null).findings().toString())
        .contains("a result needs a folder of its own in the bucket");
  }

  @Test
  void objectStoreWithoutCredentialsIsAWarning() {
    var output = List.of(new Output("adapter", "s3://results/poet", null));

    var planned = planned(JobFixture.config(), output, List.of(credential(Purpose.Sources)));

    assertThat(warnings(planned))
        .anyMatch(words -> words.contains("no Secret has purpose Outputs"));
  }

  private static Credential credential(Purpose purpose) {
    return new Credential(new SecretReference("keys"), purpose);
  }

  private static List<String> warnings(Planning.Planned planned) {
    return planned.findings().stream()
        .filter(finding -> finding.severity() == Severity.WARNING)
        .map(Finding::message)
        .toList();
  }

  private static Planning.Planned planned(ObjectNode config) {
    return planned(config, null, null);
  }

  private static Planning.Planned planned(
      ObjectNode config, @Nullable List<Output> outputs, @Nullable List<Credential> credentials) {
    Planning planning = plan(config, outputs, credentials);
    assertThat(planning)
        .as(() -> planning.findings().toString())
        .isInstanceOf(Planning.Planned.class);
    return (Planning.Planned) planning;
  }

  private static Planning plan(
      ObjectNode config, @Nullable List<Output> outputs, @Nullable List<Credential> credentials) {
    return new TrainingPlanner(new LlmForgeConfigReader())
        .plan(OWNER, SpecDraft.of(config).outputs(outputs).credentials(credentials).build());
  }
}
