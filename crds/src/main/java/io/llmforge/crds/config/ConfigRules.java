package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfig.Task;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a config must hold, and what its keys mean for each other. */
final class ConfigRules {

  private static final double UNUSUAL_LEARNING_RATE = 0.1;

  private static final Pattern CLIMBS = Pattern.compile("^pvc://.*(^|/)[.][.](/|$)");

  private final Findings findings;

  ConfigRules(Findings findings) {
    this.findings = findings;
  }

  /**
   * Checks a config whose types are right.
   *
   * @param written the config as written: what is there and refused already is not missing
   */
  void check(LlmForgeConfig config, JsonNode written) {
    requirePath("model_id", config.modelId(), written);
    requirePath("train_path", config.trainPath(), written);
    checkPath("valid_path", config.validPath());
    checkStart("initial_base_model_ckpt_path", config.initialBaseModelCkptPath());
    checkStart("initial_adapter_model_ckpt_path", config.initialAdapterModelCkptPath());
    if (config.task() != null || isAbsent(written, "task")) {
      checkTask(config, written);
    }
    checkSchedule(config);
    new PromptFormatRules(findings).check(config.generationConfig(), written);
    new LoraRules(findings).check(config, written);
  }

  private void requirePath(String key, @Nullable String value, JsonNode written) {
    if (value == null && isAbsent(written, key)) {
      findings.error(key, "is missing; every config needs it");
    }
    checkPath(key, value);
  }

  private void checkPath(String key, @Nullable String value) {
    if (value == null) {
      return;
    }
    if (value.isBlank()) {
      findings.error(key, "is empty");
    } else if (value.endsWith("...")) {
      findings.error(key, "holds the placeholder '%s'; write the real path".formatted(value));
    } else if (CLIMBS.matcher(value).find()) {
      findings.error(key, "'%s' leaves its volume; remove the '..'".formatted(value));
    }
  }

  private void checkStart(String key, @Nullable JsonNode value) {
    if (value == null) {
      return;
    }
    if (value.isTextual()) {
      checkPath(key, value.asText());
    } else if (value.has("repo_id") && !value.get("repo_id").isTextual()) {
      findings.error(key + ".repo_id", "expects text such as ORG/NAME");
    } else if (value.isEmpty()) {
      findings.error(key, "is an empty mapping; write a path or {repo_id: ORG/NAME}");
    }
  }

  private void checkTask(LlmForgeConfig config, JsonNode written) {
    Map<Task, String> blocks = new EnumMap<>(Task.class);
    putIfWritten(blocks, Task.CLASSIFICATION, "classifier_config", written);
    putIfWritten(blocks, Task.PREFERENCE_TUNING, "preference_tuning_config", written);
    putIfWritten(blocks, Task.VISION_LANGUAGE, "vision_language_config", written);
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
      case CLASSIFICATION -> checkClassifier(config.classifierConfig(), written);
      case PREFERENCE_TUNING -> {
        if (isAbsent(written, "preference_tuning_config")) {
          findings.error("task", "preference_tuning needs preference_tuning_config, with a beta");
        }
      }
      case CAUSAL_LM, INSTRUCTION_TUNING, VISION_LANGUAGE -> {}
    }
  }

  private void checkClassifier(LlmForgeConfig.@Nullable ClassifierConfig config, JsonNode written) {
    if (config == null) {
      if (isAbsent(written, "classifier_config")) {
        findings.error("task", "classification needs classifier_config with its label_tokens");
      }
      return;
    }
    var labels = config.labelTokens() == null ? List.<String>of() : config.labelTokens();
    if (labels.stream().distinct().count() < 2) {
      findings.error("classifier_config.label_tokens", "needs at least two different labels");
    }
    var metrics = config.evalMetrics() == null ? List.<String>of() : config.evalMetrics();
    metrics.stream()
        .filter(metric -> !List.of("accuracy", "f1", "prauc").contains(metric))
        .forEach(
            metric ->
                findings.warning(
                    "classifier_config.eval_metrics",
                    "'%s' is none of accuracy, f1, prauc".formatted(metric)));
  }

  private void checkSchedule(LlmForgeConfig config) {
    if (config.learningRate() != null && config.learningRate() > UNUSUAL_LEARNING_RATE) {
      findings.warning(
          "learning_rate",
          "%s is unusually high; common are 1e-5 to 1e-3".formatted(config.learningRate()));
    }
    if (config.numEpochs() != null && config.minUpdateSteps() != null) {
      findings.add(
          Severity.IGNORED,
          "min_update_steps",
          "has no effect beside num_epochs; remove one of them");
    }
    if (Boolean.TRUE.equals(config.evalFirst()) && config.validPath() == null) {
      findings.warning("eval_first", "has no effect without valid_path");
    }
  }

  private static void putIfWritten(
      Map<Task, String> blocks, Task task, String key, JsonNode written) {
    if (!isAbsent(written, key)) {
      blocks.put(task, key);
    }
  }

  private static boolean isAbsent(JsonNode written, String key) {
    return written.path(key).isMissingNode() || written.path(key).isNull();
  }

  private static String name(Task task) {
    return task.name().toLowerCase(java.util.Locale.ROOT);
  }
}
