package io.llmforge.crds.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Progress;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlanJsonTest {

  private static final PromptFormat FORMAT =
      new PromptFormat(
          "{instruction}",
          "{instruction}",
          "{instruction}",
          "",
          "",
          false,
          "",
          false,
          true,
          List.of("x"));

  private static final Progress PROGRESS =
      new Progress(
          3,
          10,
          0.5,
          2,
          100,
          12.5,
          60L,
          "2026-01-02T03:04:05Z",
          List.of(new Metric("train_loss", Double.NaN, 3, Double.POSITIVE_INFINITY, 1.5, 2)),
          null,
          null);

  @ParameterizedTest
  @MethodSource("documents")
  void documentSurvivesTheWay(Object document, Class<?> type) throws Exception {
    assertThat(PlanJson.read(PlanJson.write(document), type)).isEqualTo(document);
    assertThat(PlanJson.read(PlanJson.writeIndented(document), type)).isEqualTo(document);
  }

  static Stream<Object[]> documents() {
    return Stream.of(
        new Object[] {
          new TrainingReport.Running(TrainingReport.Phase.TRAINING, PROGRESS), TrainingReport.class
        },
        new Object[] {
          new TrainingReport.Running(TrainingReport.Phase.LOADING, Progress.NONE),
          TrainingReport.class
        },
        new Object[] {new TrainingReport.Stopped(PROGRESS, "step-3"), TrainingReport.class},
        new Object[] {
          new TrainingReport.Failed(PROGRESS, FailureCode.DIVERGED, "loss is NaN"),
          TrainingReport.class
        },
        new Object[] {
          new TrainingReport.Trained(
              PROGRESS,
              new TrainingReport.Output(
                  TrainingReport.Output.Kind.ADAPTER, "s3://results/a", "sha256:ab", 42, 8)),
          TrainingReport.class
        },
        new Object[] {
          new TrainingReport.Completed(
              PROGRESS,
              new TrainingReport.Output(
                  TrainingReport.Output.Kind.ADAPTER, "pvc://m/x", "sha256:1", 5, 3)),
          TrainingReport.class
        },
        new Object[] {new Objective.CausalLm(FORMAT), Objective.class},
        new Object[] {
          new TrackingPlan.Mlflow(null, "poets", TrackingPlan.MissingExperiment.IS_CREATED),
          TrackingPlan.class
        },
        new Object[] {
          new TrackingPlan.WeightsAndBiases(
              null, new TrackingPlan.Place(null, null), TrackingPlan.Labels.NONE),
          TrackingPlan.class
        },
        new Object[] {
          new TrackingPlan.WeightsAndBiases(
              "https://wandb.example",
              new TrackingPlan.Place("team", "poets & co"),
              new TrackingPlan.Labels("one", "night", "train", "by hand", List.of("a b", "c"))),
          TrackingPlan.class
        },
        new Object[] {new Location.HubModel("org/model", "refs/pr/3"), Location.class},
        new Object[] {new Location.HubModel("org/model", null), Location.class},
        new Object[] {new Location.RemoteFile("s3://bucket/a b/rows.jsonl"), Location.class},
        new Object[] {new Location.RemoteFolder("gs://bucket/model"), Location.class},
        new Object[] {new Objective.InstructionTuning(FORMAT), Objective.class},
        new Object[] {
          new Objective.InstructionTuning(new TokenizerTemplate("2024-07-26", List.of("<|end|>"))),
          Objective.class
        },
        new Object[] {
          new Objective.Classification(
              FORMAT, List.of("a", "b"), List.of(Objective.ClassificationMetric.PRAUC)),
          Objective.class
        },
        new Object[] {
          new Objective.PreferenceTuning(
              FORMAT,
              new Objective.PreferenceLoss(Objective.PreferenceLoss.Kind.IPO, 0.1, 0),
              new Objective.ReferencePlan(new Location.Workspace("reference"), 2, 4)),
          Objective.class
        },
        new Object[] {new Tuning.FullParameter(), Tuning.class},
        new Object[] {
          new Tuning.Lora(8, 16, 0.05, new Tuning.Targets.Names(List.of("q_proj")), false),
          Tuning.class
        },
        new Object[] {
          new Tuning.Lora(8, 16, 0, new Tuning.Targets.Pattern(".*_proj"), true), Tuning.class
        },
        new Object[] {
          new Tuning.Lora(8, 16, 0, new Tuning.Targets.AllLinear(), true), Tuning.class
        },
        new Object[] {
          new Tuning.Lora(
              8,
              16,
              0,
              new Tuning.Targets.FamilyDefault(),
              true,
              new LoraDetails(
                  new LoraDetails.Overrides(Map.of("q_proj", 4), Map.of("v_proj", 2.5)),
                  new LoraDetails.Selection(List.of(), "b.*", List.of(1)),
                  new LoraDetails.Extras(LoraDetails.Bias.ALL, List.of("lm_head")),
                  LoraDetails.InitialValues.GAUSSIAN)),
          Tuning.class
        },
        new Object[] {new Location.Claim("data", "a/b"), Location.class},
        new Object[] {new Location.Claim("data", ""), Location.class},
        new Object[] {new Location.LocalPath("/models/x"), Location.class},
        new Object[] {new Location.Workspace("out"), Location.class});
  }

  @Test
  void numbersThatAreNotFiniteTravelAsText() {
    assertThat(PlanJson.write(PROGRESS)).contains("\"NaN\"", "\"Infinity\"");
  }

  @Test
  void absentPartsAreLeftOut() {
    assertThat(PlanJson.write(Progress.NONE)).doesNotContain("null");
  }

  @Test
  void unknownAndMissingPartsAreRefused() {
    assertThatThrownBy(() -> PlanJson.read("{\"method\":\"full\",\"x\":1}", Tuning.class))
        .hasMessageContaining("x");
    assertThatThrownBy(() -> PlanJson.read("{\"task\":\"causal_lm\"}", Objective.class))
        .hasMessageContaining("textFormat");
    assertThatThrownBy(
            () ->
                PlanJson.read(
                    "{\"kind\":\"tokenizer_template\",\"date\":\"today\",\"stoppingSequences\":[]}",
                    TextFormat.class))
        .hasMessageContaining("today");
    assertThatThrownBy(() -> PlanJson.read("{\"task\":\"dance\"}", Objective.class))
        .hasMessageContaining("dance");
  }
}
