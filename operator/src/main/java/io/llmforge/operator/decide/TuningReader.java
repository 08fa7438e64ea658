package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.LlmForgeConfig.LoraConfig;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.crds.plan.Tuning.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code lora_config}, which LLMForge handed to PEFT as it stood (llmforge.md section 1.3).
 * Defaults are therefore PEFT's: rank 8, alpha 8, no dropout, targets {@code q_proj} and {@code
 * v_proj} for the families this version trains.
 */
final class TuningReader {

  private static final String KEY = "lora_config";
  private static final int DEFAULT_RANK = 8;
  private static final double DEFAULT_ALPHA = 8;
  private static final String ALL_LINEAR = "all-linear";
  private static final List<String> DEFAULT_TARGETS = List.of("q_proj", "v_proj");

  private final Findings findings;

  TuningReader(Findings findings) {
    this.findings = findings;
  }

  Optional<Tuning> read(@Nullable LoraConfig lora) {
    if (lora == null) {
      return Optional.of(new Tuning.FullParameter());
    }
    refuseUnsupported(lora);
    int rank = requireNonNullElse(lora.r(), DEFAULT_RANK);
    double alpha = requireNonNullElse(lora.loraAlpha(), DEFAULT_ALPHA);
    double dropout = requireNonNullElse(lora.loraDropout(), 0.0);
    Optional<Targets> targets = targets(lora.targetModules());
    boolean numbersFit = checkNumbers(rank, alpha, dropout);
    if (!numbersFit || targets.isEmpty()) {
      return Optional.empty();
    }
    boolean rankStabilised = requireNonNullElse(lora.useRslora(), false);
    return Optional.of(new Tuning.Lora(rank, alpha, dropout, targets.get(), rankStabilised));
  }

  private boolean checkNumbers(int rank, double alpha, double dropout) {
    boolean fits = true;
    if (rank < 1) {
      findings.invalid(KEY + ".r", "must be at least 1, was " + rank);
      fits = false;
    }
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      findings.invalid(KEY + ".lora_alpha", "must be a positive number, was " + alpha);
      fits = false;
    }
    if (!(dropout >= 0 && dropout < 1)) {
      findings.invalid(KEY + ".lora_dropout", "must be in [0, 1), was " + dropout);
      fits = false;
    }
    return fits;
  }

  private Optional<Targets> targets(@Nullable JsonNode modules) {
    if (modules == null || modules.isNull()) {
      return Optional.of(new Targets.Names(DEFAULT_TARGETS));
    }
    if (modules.isTextual()) {
      return Optional.of(
          modules.asText().equals(ALL_LINEAR)
              ? new Targets.AllLinear()
              : new Targets.Pattern(modules.asText()));
    }
    List<String> names = new ArrayList<>();
    modules.forEach(name -> names.add(name.asText()));
    if (names.isEmpty()) {
      findings.invalid(
          KEY + ".target_modules", "names no module; list some, for example [q_proj, v_proj]");
      return Optional.empty();
    }
    return Optional.of(new Targets.Names(names));
  }

  private void refuseUnsupported(LoraConfig lora) {
    if (lora.modulesToSave() != null && !lora.modulesToSave().isEmpty()) {
      unsupported("modules_to_save", lora.modulesToSave(), "[]");
    }
    if (lora.bias() != null && !lora.bias().equals("none")) {
      unsupported("bias", lora.bias(), "none");
    }
    if (requireNonNullElse(lora.fanInFanOut(), false)) {
      unsupported("fan_in_fan_out", true, "false");
    }
    @Nullable JsonNode initial = lora.initLoraWeights();
    if (initial != null && !initial.isNull() && !initial.asText().equals("true")) {
      unsupported("init_lora_weights", initial, "true");
    }
  }

  private void unsupported(String key, Object value, String supported) {
    findings.invalid(
        KEY + "." + key,
        "%s is not supported by this version; leave the key out or write %s"
            .formatted(value, supported));
  }
}
