package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.Optional;

/** In what numbers a plan has a model compute. */
final class PlanPrecision {

  private PlanPrecision() {}

  /** As the plan says, or what the device is best at. */
  static Precision of(TrainingPlan plan, TorchRuntime runtime) {
    return switch (plan.precision()) {
      case AUTO -> runtime.preferredPrecision();
      case FLOAT32 -> Precision.FLOAT32;
      case BFLOAT16 -> Precision.BFLOAT16;
    };
  }

  /** The smallest numbers that the plan lets any device compute in. */
  static Precision smallest(TrainingPlan plan) {
    return switch (plan.precision()) {
      case FLOAT32 -> Precision.FLOAT32;
      case AUTO, BFLOAT16 -> Precision.BFLOAT16;
    };
  }

  /** Of a device that computes in these numbers only by way of others. */
  static Optional<String> warning(Precision precision, TorchRuntime runtime) {
    return runtime.multiplies(precision)
        ? Optional.empty()
        : Optional.of(
            "this device has no products of %s numbers (avx512_bf16 or amx_bf16 on a CPU): steps are right, and several times slower than with precision: fp32"
                .formatted(precision.text()));
  }
}
