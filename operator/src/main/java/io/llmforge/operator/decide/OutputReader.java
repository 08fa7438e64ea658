package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Output;
import io.llmforge.crds.config.LlmForgeConfig;
import io.llmforge.crds.config.LlmForgeConfig.Task;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrainingPlan.OutputPlan;
import io.llmforge.crds.plan.TrainingPlan.OutputPlan.Form;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code spec.outputs}: where the result is published, and in which form. */
final class OutputReader {

  /** Ours: where a result lies that no output asks for. */
  private static final Location WORKSPACE_OUTPUT = new Location.Workspace("output");

  private static final String DEFAULT_NAME = "result";
  private static final String MERGE = "spec.outputs[0].merge";

  private final SourceReader sources;
  private final Findings findings;

  OutputReader(SourceReader sources, Findings findings) {
    this.sources = sources;
    this.findings = findings;
  }

  Optional<OutputPlan> read(FineTuneJobSpec spec, LlmForgeConfig config) {
    List<Output> outputs = requireNonNullElse(spec.outputs(), List.of());
    if (outputs.isEmpty()) {
      return Optional.of(new OutputPlan(DEFAULT_NAME, WORKSPACE_OUTPUT, defaultForm(config)));
    }
    if (outputs.size() > 1) {
      findings.invalid(
          "spec.outputs", "has %d places; this version publishes to one".formatted(outputs.size()));
    }
    Output output = outputs.getFirst();
    Form form = form(output.merge(), config);
    return sources
        .output("spec.outputs[0].uri", requireNonNullElse(output.uri(), ""))
        .map(
            location ->
                new OutputPlan(requireNonNullElse(output.name(), DEFAULT_NAME), location, form));
  }

  private Form form(@Nullable Boolean merge, LlmForgeConfig config) {
    if (merge == null) {
      return defaultForm(config);
    }
    if (config.loraConfig() == null) {
      findings.ignored(
          MERGE, "has no effect without lora_config: what is trained in full is a whole model");
    } else if (!merge && isClassification(config)) {
      findings.warning(
          MERGE,
          "false publishes an adapter for a model with new tokens, its labels: PEFT loads it, but"
              + " servers that take adapters at run time do not; leave the field out for a whole"
              + " model");
    }
    return merge ? Form.MERGED_MODEL : Form.ADAPTER;
  }

  // Labels are new tokens, and an adapter for a model that lacks them is of little use.
  private static Form defaultForm(LlmForgeConfig config) {
    return isClassification(config) ? Form.MERGED_MODEL : Form.ADAPTER;
  }

  private static boolean isClassification(LlmForgeConfig config) {
    return config.effectiveTask() == Task.CLASSIFICATION;
  }
}
