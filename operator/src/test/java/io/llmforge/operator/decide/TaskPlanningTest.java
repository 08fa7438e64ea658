package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.AccessMode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Output;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Storage;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Workspace;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.Objective.ClassificationMetric;
import io.llmforge.crds.plan.Objective.PreferenceLoss;
import io.llmforge.crds.plan.Objective.ReferencePlan;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingPlan.OutputPlan.Form;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.identity.Owner;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The plans of the tasks that have settings of their own. */
class TaskPlanningTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");

  private final TrainingPlanner planner = new TrainingPlanner(new LlmForgeConfigReader());

  @Test
  void labelsAreLearnedInTheirOrderAndEveryMetricIsReported() {
    var objective = (Objective.Classification) planned(JobFixture.classification()).objective();

    assertThat(objective.labels()).containsExactly("[[no]]", "[[yes]]");
    assertThat(objective.metrics()).containsExactly(ClassificationMetric.values());
  }

  @Test
  void writtenMetricsAreKeptAndUnknownOnesLeftOut() {
    ObjectNode config = JobFixture.classification().put("valid_path", "pvc://data/valid.jsonl");
    ((ObjectNode) config.get("classifier_config"))
        .putArray("eval_metrics")
        .add("prauc")
        .add("auc")
        .add("prauc");

    var objective = (Objective.Classification) planned(config).objective();

    assertThat(objective.metrics()).containsExactly(ClassificationMetric.PRAUC);
  }

  @Test
  void absentPreferenceSettingsGetTheirDocumentedDefaults() {
    ObjectNode config = JobFixture.config();
    config.putObject("preference_tuning_config");

    Planning planning = plan(config);

    assertThat(((Planning.Planned) planning).plan().objective())
        .extracting("loss", "reference")
        .containsExactly(
            new PreferenceLoss(PreferenceLoss.Kind.SIGMOID, 0.1, 0),
            new ReferencePlan(new Location.Workspace("reference"), 1, 1));
    assertThat(planning.findings())
        .singleElement()
        .extracting(Finding::message)
        .asString()
        .contains("has no beta; 0.1 is used", "0.01");
  }

  @Test
  void writtenPreferenceSettingsAreKept() {
    ObjectNode config = JobFixture.preference();
    ((ObjectNode) config.get("preference_tuning_config"))
        .put("beta", "1e-2")
        .put("loss_type", "robust")
        .put("label_smoothing", 0.2);

    assertThat(planned(config).objective())
        .extracting("loss", "reference")
        .containsExactly(
            new PreferenceLoss(PreferenceLoss.Kind.ROBUST, 0.01, 0.2),
            new ReferencePlan(new Location.Workspace("reference"), 3, 4));
  }

  @ParameterizedTest
  @CsvSource({
    "causal,         false, 1e-5",
    "causal,         true,  1e-4",
    "classification, false, 1e-5",
    "classification, true,  1e-4",
    "preference,     false, 1e-6",
    "preference,     true,  5e-6",
  })
  void learningRateDefaultsByTaskAndTuning(String task, boolean lora, double learningRate) {
    ObjectNode config =
        switch (task) {
          case "classification" -> JobFixture.classification();
          case "preference" -> JobFixture.preference();
          default -> JobFixture.config();
        };
    if (lora) {
      config.putObject("lora_config");
    }

    assertThat(planned(config).optimizer().learningRate()).isEqualTo(learningRate);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // task, lora_config, merge -> form, finding
        "causal,         true,  -,     ADAPTER,      -",
        "causal,         true,  true,  MERGED_MODEL, -",
        "causal,         true,  false, ADAPTER,      -",
        "causal,         false, true,  MERGED_MODEL, IGNORED",
        "classification, true,  -,     MERGED_MODEL, -",
        "classification, true,  false, ADAPTER,      WARNING",
        "classification, false, false, ADAPTER,      IGNORED",
      })
  void publishedFormIsAskedForOrFollowsTheTask(
      String task, boolean lora, @Nullable Boolean merge, Form form, @Nullable Severity finding) {
    ObjectNode config = task.equals("causal") ? JobFixture.config() : JobFixture.classification();
    if (lora) {
      config.putObject("lora_config");
    }
    var output = new Output("result", "pvc://models/tiny", merge);

    Planning planning = planner.plan(OWNER, spec(config, null, List.of(output)));

    assertThat(((Planning.Planned) planning).plan().output().form()).isEqualTo(form);
    assertThat(planning.findings())
        .filteredOn(f -> f.path().equals("spec.outputs[0].merge"))
        .extracting(Finding::severity)
        .isEqualTo(finding == null ? List.of() : List.of(finding));
  }

  @Test
  void labelsWithoutAnOutputStillMakeAWholeModel() {
    assertThat(planned(JobFixture.classification()).output().form()).isEqualTo(Form.MERGED_MODEL);
  }

  @Test
  void severalScoringPodsOnAVolumeOfOneNodeAreRemarkedOn() {
    Planning once = plan(JobFixture.preference());
    Planning many =
        planner.plan(OWNER, spec(JobFixture.preference(), AccessMode.ReadWriteMany, null));

    assertThat(once.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.WARNING);
              assertThat(finding.path()).isEqualTo("spec.storage.workspace.accessMode");
              assertThat(finding.message()).contains("3 pods", "ReadWriteMany", "concurrency: 1");
            });
    assertThat(many.findings()).isEmpty();
    assertThat(((Planning.Planned) many).hash()).isEqualTo(((Planning.Planned) once).hash());
  }

  private TrainingPlan planned(ObjectNode config) {
    Planning planning = plan(config);
    assertThat(planning)
        .as(() -> planning.findings().toString())
        .isInstanceOf(Planning.Planned.class);
    return ((Planning.Planned) planning).plan();
  }

  private Planning plan(ObjectNode config) {
    return planner.plan(OWNER, spec(config, null, null));
  }

  private static FineTuneJobSpec spec(
      ObjectNode config, @Nullable AccessMode mode, @Nullable List<Output> outputs) {
    Storage storage = mode == null ? null : new Storage(new Workspace(null, null, mode));
    return SpecDraft.of(config).storage(storage).outputs(outputs).build();
  }
}
