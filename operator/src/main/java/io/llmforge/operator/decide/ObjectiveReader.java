package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.config.ClassifierConfig;
import io.llmforge.crds.config.LlmForgeConfig;
import io.llmforge.crds.config.LogprobProcessorScalingConfig;
import io.llmforge.crds.config.PreferenceTuningConfig;
import io.llmforge.crds.config.PreferenceTuningConfig.LossType;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.Objective.ClassificationMetric;
import io.llmforge.crds.plan.Objective.PreferenceLoss;
import io.llmforge.crds.plan.Objective.PreferenceLoss.Kind;
import io.llmforge.crds.plan.Objective.ReferencePlan;
import io.llmforge.crds.plan.TextFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what is learned: the task, and the settings of the task's own block. */
final class ObjectiveReader {

  /** Section 1.3 does not know LLMForge's default; one always fits. */
  private static final int SHARDS = 1;

  /** Section 1.3 does not know LLMForge's default; one always fits. */
  private static final int PAIRS_PER_BATCH = 1;

  /** TRL's and the DPO paper's loss. */
  private static final LossType LOSS = LossType.SIGMOID;

  private static final Location REFERENCE_FOLDER = new Location.Workspace("reference");

  private static final Map<String, ClassificationMetric> METRICS =
      Arrays.stream(ClassificationMetric.values())
          .collect(
              Collectors.toUnmodifiableMap(
                  metric -> metric.name().toLowerCase(Locale.ROOT), Function.identity()));

  private final Findings findings;

  ObjectiveReader(Findings findings) {
    this.findings = findings;
  }

  Optional<Objective> read(LlmForgeConfig config) {
    TextFormat format = new TextFormatReader(findings).read(config);
    return switch (config.effectiveTask()) {
      case CAUSAL_LM -> Optional.of(new Objective.CausalLm(format));
      case INSTRUCTION_TUNING -> Optional.of(new Objective.InstructionTuning(format));
      case CLASSIFICATION ->
          Optional.of(classification(format, requireNonNull(config.classifierConfig())));
      case PREFERENCE_TUNING ->
          Optional.of(preference(format, requireNonNull(config.preferenceTuningConfig())));
      case VISION_LANGUAGE -> {
        findings.error(
            Reason.UNSUPPORTED_TASK,
            "task",
            "vision_language is not trained by this version; use causal_lm, instruction_tuning,"
                + " classification or preference_tuning");
        yield Optional.empty();
      }
    };
  }

  private static Objective classification(TextFormat format, ClassifierConfig config) {
    return new Objective.Classification(
        format, requireNonNull(config.labelTokens()), metrics(config.evalMetrics()));
  }

  // The reader of configs has said which names mean nothing.
  private static List<ClassificationMetric> metrics(@Nullable List<String> names) {
    if (names == null) {
      return List.of(ClassificationMetric.values());
    }
    return names.stream()
        .flatMap(name -> Optional.ofNullable(METRICS.get(name)).stream())
        .distinct()
        .toList();
  }

  private static Objective preference(TextFormat format, PreferenceTuningConfig config) {
    var loss =
        new PreferenceLoss(
            kind(requireNonNullElse(config.lossType(), LOSS)),
            requireNonNullElse(config.beta(), PreferenceTuningConfig.DEFAULT_BETA),
            requireNonNullElse(config.labelSmoothing(), 0.0));
    return new Objective.PreferenceTuning(
        format, loss, reference(Optional.ofNullable(config.logprobProcessorScalingConfig())));
  }

  private static ReferencePlan reference(Optional<LogprobProcessorScalingConfig> scaling) {
    return new ReferencePlan(
        REFERENCE_FOLDER,
        scaling.map(LogprobProcessorScalingConfig::concurrency).orElse(SHARDS),
        scaling.map(LogprobProcessorScalingConfig::batchSize).orElse(PAIRS_PER_BATCH));
  }

  private static Kind kind(LossType type) {
    return switch (type) {
      case SIGMOID -> Kind.SIGMOID;
      case ROBUST -> Kind.ROBUST;
      case HINGE -> Kind.HINGE;
      case IPO -> Kind.IPO;
    };
  }
}
