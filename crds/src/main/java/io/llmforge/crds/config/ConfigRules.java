package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.Finding.Severity;
import java.util.regex.Pattern;
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
      new TaskRules(findings).check(config, written);
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
    if (config.earlyStoppingPatience() != null && config.validPath() == null) {
      findings.error(
          "early_stopping_patience", "needs valid_path: without evaluations nothing can improve");
    }
    if (config.earlyStoppingThreshold() != null && config.earlyStoppingPatience() == null) {
      findings.add(
          Severity.IGNORED,
          "early_stopping_threshold",
          "has no effect without early_stopping_patience");
    }
  }

  private static boolean isAbsent(JsonNode written, String key) {
    return written.path(key).isMissingNode() || written.path(key).isNull();
  }
}
