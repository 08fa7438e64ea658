package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.Tuning;

/** What lies in the published folder. */
enum PublishedForm {
  /** The adapter alone. */
  ADAPTER,
  /** The model as it was trained in full. */
  MODEL,
  /** The model with its adapter merged, and the adapter in a folder of its own. */
  MERGED_MODEL;

  static PublishedForm of(TrainingPlan plan) {
    return switch (plan.tuning()) {
      case Tuning.FullParameter ignored -> MODEL;
      case Tuning.Lora ignored ->
          switch (plan.output().form()) {
            case ADAPTER -> ADAPTER;
            case MERGED_MODEL -> MERGED_MODEL;
          };
    };
  }

  Output.Kind kind() {
    return switch (this) {
      case ADAPTER -> Output.Kind.ADAPTER;
      case MODEL, MERGED_MODEL -> Output.Kind.MODEL;
    };
  }
}
