package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Output;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfig.LrSchedulerType;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.LoraDetails;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.OptimizerPlan;
import io.llmforge.crds.plan.OptimizerPlan.Schedule;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingPlan.BatchPlan;
import io.llmforge.crds.plan.TrainingPlan.DurationPlan;
import io.llmforge.crds.plan.TrainingPlan.EarlyStopping;
import io.llmforge.crds.plan.TrainingPlan.EvaluationPlan;
import io.llmforge.crds.plan.TrainingPlan.Every;
import io.llmforge.crds.plan.TrainingPlan.Precision;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.crds.plan.Tuning.Targets;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.identity.Owner;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingPlannerTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");

  private final TrainingPlanner planner = new TrainingPlanner(new LlmForgeConfigReader());

  @Test
  void absentKeysGetTheirDocumentedDefaults() {
    TrainingPlan plan = planned(JobFixture.config());

    assertThat(plan.objective()).isInstanceOf(Objective.CausalLm.class);
    assertThat(plan.optimizer()).isEqualTo(new OptimizerPlan(1e-5, Schedule.COSINE, 10, 0, 1.0));
    assertThat(plan.batch()).isEqualTo(new BatchPlan(null, 1, 1, 1));
    assertThat(plan.duration()).isEqualTo(new DurationPlan(null, 100));
    assertThat(plan.evaluation())
        .isEqualTo(new EvaluationPlan(false, new Every(Every.Unit.EPOCHS, 1), 1, null));
    assertThat(plan.sequence().contextLength()).isNull();
    assertThat(plan.tuning()).isEqualTo(new Tuning.FullParameter());
    assertThat(plan.output().location()).isEqualTo(new Location.Workspace("output"));
    assertThat(plan.precision()).isEqualTo(Precision.AUTO);
    assertThat(plan.seed()).isEqualTo(42);
  }

  @Test
  void emptyLoraConfigGetsTheDefaultsOfPeft() {
    ObjectNode config = JobFixture.config();
    config.putObject("lora_config");

    TrainingPlan plan = planned(config);

    assertThat(plan.tuning())
        .isEqualTo(new Tuning.Lora(8, 8, 0, new Targets.FamilyDefault(), false));
    assertThat(plan.optimizer().learningRate()).isEqualTo(1e-4);
  }

  @Test
  void everyKeyOfPeftReachesThePlan() {
    ObjectNode config = JobFixture.config();
    ObjectNode lora = config.putObject("lora_config");
    lora.putArray("target_modules").add("q_proj").add("v_proj");
    lora.putArray("exclude_modules").add("layers.0.self_attn.v_proj");
    lora.putArray("layers_to_transform").add(0).add(2);
    lora.putObject("rank_pattern").put("q_proj", 4);
    lora.putObject("alpha_pattern").put("^model.layers.2.*", 32);
    lora.putArray("modules_to_save").add("lm_head");
    lora.put("init_lora_weights", "gaussian");

    assertThat(planned(config).tuning())
        .isEqualTo(
            new Tuning.Lora(
                8,
                8,
                0,
                new Targets.Names(List.of("q_proj", "v_proj")),
                false,
                new LoraDetails(
                    new LoraDetails.Overrides(
                        Map.of("q_proj", 4), Map.of("^model.layers.2.*", 32.0)),
                    new LoraDetails.Selection(
                        List.of("layers.0.self_attn.v_proj"), "", List.of(0, 2)),
                    new LoraDetails.Extras(LoraDetails.Bias.NONE, List.of("lm_head")),
                    LoraDetails.InitialValues.GAUSSIAN)));
  }

  @Test
  void writtenKeysAreKept() {
    ObjectNode config = JobFixture.config();
    config.put("task", "instruction_tuning");
    config.put("learning_rate", "3e-4");
    config.put("lr_scheduler_type", "constant");
    config.put("num_warmup_steps", 0);
    config.put("num_epochs", 1.5);
    config.put("train_batch_size_per_device", 4);
    config.put("gradient_accumulation_steps", 2);
    config.put("context_length", 512);
    config.put("padding", "max_length");

    TrainingPlan plan = planned(config);

    assertThat(plan.objective()).isInstanceOf(Objective.InstructionTuning.class);
    assertThat(plan.optimizer()).isEqualTo(new OptimizerPlan(3e-4, Schedule.CONSTANT, 0, 0, 1.0));
    assertThat(plan.duration().epochs()).isEqualTo(1.5);
    assertThat(plan.batch()).isEqualTo(new BatchPlan(4, 2, 1, 1));
    assertThat(plan.sequence().contextLength()).isEqualTo(512);
    assertThat(plan.sequence().padToContextLength()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"auto, AUTO", "fp32, FLOAT32", "bf16, BFLOAT16"})
  void precisionIsTakenOver(String written, Precision planned) {
    assertThat(planned(JobFixture.config().put("precision", written)).precision())
        .isEqualTo(planned);
  }

  @Test
  void earlyStoppingIsTakenOver() {
    ObjectNode config = JobFixture.config();
    config.put("valid_path", "pvc://data/valid.jsonl");
    config.put("early_stopping_patience", 3);

    assertThat(planned(config).evaluation().earlyStopping()).isEqualTo(new EarlyStopping(3, 0));

    config.put("early_stopping_threshold", 0.01);
    assertThat(planned(config).evaluation().earlyStopping()).isEqualTo(new EarlyStopping(3, 0.01));
  }

  @Test
  void everyScheduleOfTheConfigIsPlanned() {
    for (var name : LrSchedulerType.values()) {
      ObjectNode config = JobFixture.config();
      config.put("lr_scheduler_type", name.name().toLowerCase(Locale.ROOT));

      assertThat(planned(config).optimizer().schedule().name()).isEqualTo(name.name());
    }
  }

  static Stream<Consumer<ObjectNode>> frequencies() {
    return Stream.of(
        config ->
            config
                .putObject("checkpoint_and_evaluation_frequency")
                .put("unit", "epochs")
                .put("frequency", 5),
        config -> config.put("checkpoint_every_n_epochs", 5));
  }

  @ParameterizedTest
  @MethodSource("frequencies")
  void everySpellingOfTheFrequencyMeansTheSame(Consumer<ObjectNode> spelling) {
    ObjectNode config = JobFixture.config();
    spelling.accept(config);

    assertThat(planned(config).evaluation().every()).isEqualTo(new Every(Every.Unit.EPOCHS, 5));
  }

  @Test
  void numberOfCheckpointsIsSpreadOverTheRunAndDeprecated() {
    Planning planning = plan(JobFixture.config().put("max_num_checkpoints", 3));

    assertThat(((Planning.Planned) planning).plan().evaluation().every())
        .isEqualTo(new Every(Every.Unit.TIMES_PER_RUN, 3));
    assertThat(planning.findings())
        .anyMatch(
            f -> f.severity() == Severity.DEPRECATED && f.path().equals("max_num_checkpoints"));
  }

  @Test
  void severalDevicesNeedAWorkspaceThatSeveralNodesCanUse() {
    Planning planning = plan(JobFixture.config().put("num_devices", 4));

    assertThat(((Planning.Planned) planning).plan().batch())
        .isEqualTo(new BatchPlan(null, 1, 4, 1));
    assertThat(planning.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.WARNING);
              assertThat(finding.path()).isEqualTo("spec.storage.workspace.accessMode");
              assertThat(finding.message())
                  .contains("4 pods train together and share the workspace")
                  .contains("num_devices: 1");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "train_path, ftp://host/rows.jsonl, UNSUPPORTED_SOURCE, ftp://",
    "train_path, hf://org/rows, UNSUPPORTED_SOURCE, write its web address",
    "train_path, s3://bucket/folder/, INVALID_CONFIG, names a folder",
    "train_path, s3://Bucket/rows.jsonl, INVALID_CONFIG, is not the name of a bucket",
    "train_path, https://me:secret@host/rows.jsonl, INVALID_CONFIG, credentials do not belong",
    "model_id, https://host/model, INVALID_CONFIG, does not list folders",
    "model_id, hf://../model, INVALID_CONFIG, is not the id",
    "model_id, hf://org/model@../../main, INVALID_CONFIG, is not a revision",
    "initial_base_model_ckpt_path, azure://bucket/model, UNSUPPORTED_SOURCE, azure://",
    "train_path, pvc://data/../../etc/passwd, INVALID_CONFIG, leaves its volume",
    "train_path, pvc://Data/rows.jsonl, INVALID_CONFIG, is not the name",
    "task, vision_language, UNSUPPORTED_TASK, classification or preference_tuning",
    "embedding_scaling_technique, linear, INVALID_CONFIG, not supported",
  })
  void whatThisVersionCannotDoIsRefusedWithWhatToDo(
      String key, String value, Reason reason, String words) {
    Planning planning = plan(JobFixture.config().put(key, value));

    assertThat(planning).isInstanceOf(Planning.Refused.class);
    assertThat(((Planning.Refused) planning).reason()).isEqualTo(reason);
    assertThat(planning.findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.ERROR);
              assertThat(finding.path()).isEqualTo(key);
              assertThat(finding.message()).contains(words);
            });
  }

  @Test
  void placeThatIsRefusedIsNamedOnce() {
    Planning planning = plan(JobFixture.config().put("train_path", "s3://Bucket/rows.jsonl"));

    assertThat(planning.findings())
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.message())
                    .startsWith("'s3://Bucket/rows.jsonl': 'Bucket' is not the name of a bucket"));
  }

  @Test
  void allMistakesAreNamedAtOnce() {
    ObjectNode config = JobFixture.config();
    config.put("model_id", "hf://not a model");
    config.put("train_path", "ftp://host/rows.jsonl");
    config.put("embedding_scaling_technique", "linear");

    Planning planning = plan(config);

    assertThat(planning.findings())
        .filteredOn(finding -> finding.severity() == Severity.ERROR)
        .extracting(Finding::path)
        .containsExactlyInAnyOrder("model_id", "train_path", "embedding_scaling_technique");
    assertThat(((Planning.Refused) planning).reason()).isEqualTo(Reason.INVALID_CONFIG);
  }

  @Test
  void wrongPlacesAreNamedBesideWhatTheReaderRefuses() {
    ObjectNode config = JobFixture.config();
    config.put("task", "instruct_tuning");
    config.put("model_id", "pvc://models/../tiny");
    config.put("train_path", "pvc://Data/rows.jsonl");
    config.putObject("lora_config").put("rank", 8);

    Planning planning = plan(config);

    assertThat(planning.findings())
        .filteredOn(finding -> finding.severity() == Severity.ERROR)
        .extracting(Finding::path)
        .containsExactlyInAnyOrder("task", "model_id", "train_path", "lora_config.rank");
    assertThat(((Planning.Refused) planning).reason()).isEqualTo(Reason.INVALID_CONFIG);
  }

  @ParameterizedTest
  @ValueSource(strings = {"./model", "/models/tiny", "models/a/b", "model"})
  void pathsOfTheImageAreReachable(String path) {
    TrainingPlan plan = planned(JobFixture.config().put("model_id", path));

    assertThat(plan.model().base()).isEqualTo(new Location.LocalPath(path));
  }

  @Test
  void remoteSourcesAreNamedAsTheyAreFetched() {
    ObjectNode config = JobFixture.config();
    config.put("model_id", "org/model");
    config.put("train_path", "S3://bucket/some folder/rows.jsonl");
    config.put("valid_path", "https://host/rows.jsonl?version=2");
    config.put("initial_base_model_ckpt_path", "s3://bucket/model/");

    TrainingPlan plan = planned(config);

    assertThat(plan.remoteSources())
        .containsExactly(
            new Location.HubModel("org/model", null),
            new Location.RemoteFolder("s3://bucket/model"),
            new Location.RemoteFile("s3://bucket/some folder/rows.jsonl"),
            new Location.RemoteFile("https://host/rows.jsonl?version=2"));
    assertThat(plan.remoteSources().getLast())
        .extracting(source -> ((Location.RemoteFile) source).fileName())
        .isEqualTo("rows.jsonl");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"repo_id\": \"org/model\", \"revision\": \"refs/pr/3\"}; hf://org/model@refs/pr/3",
        "{\"repo_id\": \"org/model\"}; hf://org/model",
        "{\"uri\": \"gs://bucket/model\"}; gs://bucket/model",
        "\"hf://org/model@v1\"; hf://org/model@v1",
        "\"pvc://data/model\"; pvc://data/model"
      })
  void checkpointsAreNamedInManyWays(String value, String text) throws IOException {
    ObjectNode config = JobFixture.config();
    config.set("initial_base_model_ckpt_path", new ObjectMapper().readTree(value));

    assertThat(planned(config).model().baseWeights().text()).isEqualTo(text);
  }

  @Test
  void outputsGoToTheirClaim() {
    var spec =
        spec(JobFixture.config(), List.of(new Output("adapter", "pvc://models/tiny/one", null)));

    var planned = (Planning.Planned) planner.plan(OWNER, spec);

    assertThat(planned.plan().output().name()).isEqualTo("adapter");
    assertThat(planned.plan().output().location())
        .isEqualTo(new Location.Claim("models", "tiny/one"));
  }

  @Test
  void outputOutsideAClaimIsRefused() {
    var spec = spec(JobFixture.config(), List.of(new Output("adapter", "/tmp/adapter", null)));

    Planning planning = planner.plan(OWNER, spec);

    assertThat(((Planning.Refused) planning).reason()).isEqualTo(Reason.UNSUPPORTED_SOURCE);
  }

  @Test
  void missingConfigIsRefused() {
    Planning planning = planner.plan(OWNER, SpecDraft.of(null).build());

    assertThat(planning).isInstanceOf(Planning.Refused.class);
    assertThat(planning.findings()).isNotEmpty();
  }

  @Test
  void hashKnowsThePlanAndNotTheSpelling() {
    var one = (Planning.Planned) plan(JobFixture.config().put("learning_rate", 1e-4));
    var same = (Planning.Planned) plan(JobFixture.config().put("learning_rate", "1e-4"));
    var other = (Planning.Planned) plan(JobFixture.config().put("learning_rate", 2e-4));

    assertThat(same.hash()).isEqualTo(one.hash());
    assertThat(other.hash()).isNotEqualTo(one.hash());
    assertThat(PlanHash.of(one.planOf(1))).isEqualTo(one.hash());
    assertThat(one.planOf(7).run().number()).isEqualTo(7);
  }

  private TrainingPlan planned(ObjectNode config) {
    Planning planning = plan(config);
    assertThat(planning)
        .as(() -> planning.findings().toString())
        .isInstanceOf(Planning.Planned.class);
    return ((Planning.Planned) planning).plan();
  }

  private Planning plan(ObjectNode config) {
    return planner.plan(OWNER, spec(config, null));
  }

  private static FineTuneJobSpec spec(ObjectNode config, List<Output> outputs) {
    return SpecDraft.of(config).outputs(outputs).build();
  }
}
