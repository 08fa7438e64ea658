package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfig.Task;
import io.llmforge.crds.config.PreferenceTuningConfig.LossType;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a task needs, and what its own block may say. */
final class TaskRules {

  private static final String CLASSIFIER = "classifier_config";
  private static final String PREFERENCE = "preference_tuning_config";
  private static final String VISION = "vision_language_config";

  private static final Set<String> METRICS = Set.of("accuracy", "f1", "prauc");

  /** LLMForge's guide: typically between 0 and 1. */
  private static final double UNUSUAL_BETA = 1;

  private final Findings findings;

  TaskRules(Findings findings) {
    this.findings = findings;
  }

  /**
   * Checks a config whose task is right or not written.
   *
   * @param written the config as written: what is there and refused already is not missing
   */
  void check(LlmForgeConfig config, JsonNode written) {
    Map<Task, String> blocks = new EnumMap<>(Task.class);
    putIfWritten(blocks, Task.CLASSIFICATION, CLASSIFIER, written);
    putIfWritten(blocks, Task.PREFERENCE_TUNING, PREFERENCE, written);
    putIfWritten(blocks, Task.VISION_LANGUAGE, VISION, written);
    var task = config.effectiveTask();
    if (config.task() == null && blocks.size() > 1) {
      var names = blocks.values().stream().collect(Collectors.joining(" and "));
      findings.error("task", names + " belong to different tasks; keep one of them");
      return;
    }
    blocks.forEach(
        (owner, block) -> {
          if (owner != task) {
            findings.error(
                block, "does not belong to task %s; remove one of them".formatted(name(task)));
          }
        });
    checkBlock(config, task, written);
  }

  private void checkBlock(LlmForgeConfig config, Task task, JsonNode written) {
    switch (task) {
      case CLASSIFICATION -> checkClassifier(config, written);
      case PREFERENCE_TUNING -> checkPreference(config.preferenceTuningConfig(), written);
      case CAUSAL_LM, INSTRUCTION_TUNING, VISION_LANGUAGE -> {}
    }
  }

  private void checkClassifier(LlmForgeConfig config, JsonNode written) {
    ClassifierConfig classifier = config.classifierConfig();
    if (classifier == null) {
      if (isAbsent(written, CLASSIFIER)) {
        findings.error("task", "classification needs classifier_config with its label_tokens");
      }
      return;
    }
    checkLabels(classifier.labelTokens() == null ? List.of() : classifier.labelTokens());
    var place = CLASSIFIER + ".eval_metrics";
    var metrics = classifier.evalMetrics() == null ? List.<String>of() : classifier.evalMetrics();
    metrics.stream()
        .filter(metric -> !METRICS.contains(metric))
        .forEach(
            metric ->
                findings.warning(
                    place,
                    "'%s' is none of accuracy, f1, prauc and is not reported".formatted(metric)));
    if (!metrics.isEmpty() && config.validPath() == null && isAbsent(written, "valid_path")) {
      findings.warning(place, "has no effect without valid_path");
    }
  }

  private void checkLabels(List<String> labels) {
    var place = CLASSIFIER + ".label_tokens";
    Set<String> seen = new HashSet<>();
    labels.stream()
        .filter(label -> !seen.add(label))
        .distinct()
        .forEach(
            label ->
                findings.error(place, "names the label '%s' twice; keep it once".formatted(label)));
    if (labels.stream().anyMatch(String::isBlank)) {
      findings.error(place, "holds a blank label; every label is the text of an answer");
    }
    if (seen.size() < 2) {
      findings.error(place, "needs at least two different labels");
    }
  }

  private void checkPreference(@Nullable PreferenceTuningConfig preference, JsonNode written) {
    if (preference == null) {
      if (isAbsent(written, PREFERENCE)) {
        findings.error(
            "task",
            "preference_tuning needs preference_tuning_config; write at least"
                + " preference_tuning_config: {beta: %s}"
                    .formatted(PreferenceTuningConfig.DEFAULT_BETA));
      }
      return;
    }
    checkBeta(preference.beta(), written.path(PREFERENCE));
    checkSmoothing(preference);
  }

  private void checkBeta(@Nullable Double beta, JsonNode block) {
    if (beta == null && isAbsent(block, "beta")) {
      findings.warning(
          PREFERENCE,
          ("has no beta; %s is used, as TRL and the DPO paper have it. LLMForge's own default is"
                  + " not known: all its published configs wrote 0.01")
              .formatted(PreferenceTuningConfig.DEFAULT_BETA));
    }
    if (beta != null && beta > UNUSUAL_BETA) {
      findings.warning(
          PREFERENCE + ".beta", "%s is unusually high; common are 0.01 to 1".formatted(beta));
    }
  }

  private void checkSmoothing(PreferenceTuningConfig preference) {
    var place = PREFERENCE + ".label_smoothing";
    var loss = preference.lossType() == null ? LossType.SIGMOID : preference.lossType();
    boolean isSmoothed = preference.labelSmoothing() != null && preference.labelSmoothing() > 0;
    switch (loss) {
      case SIGMOID -> {
        if (isSmoothed) {
          findings.warning(
              place,
              "makes sigmoid the conservative form (cDPO); TRL releases that ignore it there train"
                  + " something else");
        }
      }
      case ROBUST -> {
        if (!isSmoothed) {
          findings.warning(
              PREFERENCE + ".loss_type",
              "robust without label_smoothing is sigmoid; write the share of pairs that are"
                  + " labelled the wrong way round");
        }
      }
      case HINGE, IPO -> {
        if (isSmoothed) {
          findings.add(
              Severity.IGNORED,
              place,
              "has no effect with loss_type " + name(loss) + "; remove it");
        }
      }
    }
  }

  private static void putIfWritten(
      Map<Task, String> blocks, Task task, String key, JsonNode written) {
    if (!isAbsent(written, key)) {
      blocks.put(task, key);
    }
  }

  private static boolean isAbsent(JsonNode written, String key) {
    return !written.hasNonNull(key);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
