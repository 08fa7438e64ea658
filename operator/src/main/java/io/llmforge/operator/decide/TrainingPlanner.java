package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Output;
import io.llmforge.crds.config.ConfigReading;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.LlmForgeConfig;
import io.llmforge.crds.config.LlmForgeConfig.EmbeddingScalingTechnique;
import io.llmforge.crds.config.LlmForgeConfig.Padding;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TextFormat;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingPlan.DataSources;
import io.llmforge.crds.plan.TrainingPlan.ModelSource;
import io.llmforge.crds.plan.TrainingPlan.OutputPlan;
import io.llmforge.crds.plan.TrainingPlan.OutputPlan.Form;
import io.llmforge.crds.plan.TrainingPlan.Precision;
import io.llmforge.crds.plan.TrainingPlan.RunIdentity;
import io.llmforge.crds.plan.TrainingPlan.SequencePlan;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.operator.identity.Owner;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns an LLMForge config into a plan in which every choice is made, or names every mistake.
 *
 * <p>The reader of configs has checked keys, types, ranges and what keys mean for each other; here
 * is decided what this version can do with them, and what is done where a config says nothing.
 * Section numbers of the defaults are those of the LLMForge reference: 1.2 for keys of the top
 * level, 1.3 for nested ones.
 */
public final class TrainingPlanner {

  /** Ours: LLMForge had no seed key; equal configs shall give equal models. */
  private static final long SEED = 42;

  /** Ours: where a result lies that no output asks for. */
  private static final String WORKSPACE_OUTPUT = "output";

  private static final String DEFAULT_OUTPUT_NAME = "result";
  private static final int FIRST_RUN = 1;

  private final LlmForgeConfigReader reader;

  public TrainingPlanner(LlmForgeConfigReader reader) {
    this.reader = reader;
  }

  /** The plan of a spec. */
  public Planning plan(Owner owner, FineTuneJobSpec spec) {
    @Nullable JsonNode config = spec.config();
    ConfigReading reading =
        reader.read(config == null ? JsonNodeFactory.instance.objectNode() : config);
    return switch (reading) {
      case ConfigReading.Refused refused ->
          new Planning.Refused(Reason.INVALID_CONFIG, refused.findings());
      case ConfigReading.Accepted accepted ->
          plan(owner, spec, accepted.config(), accepted.findings());
    };
  }

  private static Planning plan(
      Owner owner, FineTuneJobSpec spec, LlmForgeConfig config, List<Finding> found) {
    Findings findings = new Findings(found);
    SourceReader sources = new SourceReader(findings);
    ScheduleReader schedule = new ScheduleReader(findings);
    refuseUnsupported(config, findings);

    Optional<Objective> objective = objective(config, findings);
    Optional<ModelSource> model = model(config, sources);
    Optional<DataSources> data = data(config, sources);
    Tuning tuning = TuningReader.read(config.loraConfig());
    Optional<OutputPlan> output = output(spec, sources, findings);

    if (findings.haveErrors()) {
      return new Planning.Refused(findings.reason(), findings.all());
    }
    TrainingPlan plan =
        new TrainingPlan(
            TrainingPlan.SCHEMA_VERSION,
            new RunIdentity(owner.namespace(), owner.name(), FIRST_RUN),
            objective.orElseThrow(),
            model.orElseThrow(),
            data.orElseThrow(),
            sequence(config),
            tuning,
            schedule.optimizer(config),
            schedule.batch(config),
            schedule.duration(config),
            schedule.evaluation(config),
            output.orElseThrow(),
            Precision.AUTO,
            SEED);
    return new Planning.Planned(plan, PlanHash.of(plan), findings.all());
  }

  private static void refuseUnsupported(LlmForgeConfig config, Findings findings) {
    if (config.embeddingScalingTechnique() == EmbeddingScalingTechnique.LINEAR) {
      findings.invalid(
          "embedding_scaling_technique",
          "linear is not supported by this version; leave the key out and keep context_length"
              + " within the model's own");
    }
  }

  private static Optional<Objective> objective(LlmForgeConfig config, Findings findings) {
    TextFormat format = new TextFormatReader(findings).read(config);
    return switch (config.effectiveTask()) {
      case CAUSAL_LM -> Optional.of(new Objective.CausalLm(format));
      case INSTRUCTION_TUNING -> Optional.of(new Objective.InstructionTuning(format));
      case CLASSIFICATION -> unsupportedTask("classification", findings);
      case PREFERENCE_TUNING -> unsupportedTask("preference_tuning", findings);
      case VISION_LANGUAGE -> unsupportedTask("vision_language", findings);
    };
  }

  private static Optional<Objective> unsupportedTask(String task, Findings findings) {
    findings.error(
        Reason.UNSUPPORTED_TASK,
        "task",
        "%s is not trained by this version; use causal_lm or instruction_tuning".formatted(task));
    return Optional.empty();
  }

  private static Optional<ModelSource> model(LlmForgeConfig config, SourceReader sources) {
    Optional<Location> base =
        Optional.ofNullable(config.modelId()).flatMap(text -> sources.model("model_id", text));
    Optional<Location> weights =
        sources.checkpoint("initial_base_model_ckpt_path", config.initialBaseModelCkptPath());
    Optional<Location> adapter =
        sources.checkpoint("initial_adapter_model_ckpt_path", config.initialAdapterModelCkptPath());
    return base.map(
        location ->
            new ModelSource(
                requireNonNullElse(config.modelId(), ""),
                location,
                weights.orElse(null),
                adapter.orElse(null)));
  }

  private static Optional<DataSources> data(LlmForgeConfig config, SourceReader sources) {
    Optional<Location> train =
        Optional.ofNullable(config.trainPath()).flatMap(text -> sources.file("train_path", text));
    Optional<Location> validation =
        Optional.ofNullable(config.validPath()).flatMap(text -> sources.file("valid_path", text));
    return train.map(location -> new DataSources(location, validation.orElse(null)));
  }

  private static Optional<OutputPlan> output(
      FineTuneJobSpec spec, SourceReader sources, Findings findings) {
    List<Output> outputs = requireNonNullElse(spec.outputs(), List.of());
    if (outputs.isEmpty()) {
      return Optional.of(
          new OutputPlan(
              DEFAULT_OUTPUT_NAME, new Location.Workspace(WORKSPACE_OUTPUT), Form.ADAPTER));
    }
    if (outputs.size() > 1) {
      findings.invalid(
          "spec.outputs", "has %d places; this version publishes to one".formatted(outputs.size()));
    }
    Output output = outputs.getFirst();
    return sources
        .output("spec.outputs[0].uri", requireNonNullElse(output.uri(), ""))
        .map(
            location ->
                new OutputPlan(
                    requireNonNullElse(output.name(), DEFAULT_OUTPUT_NAME),
                    location,
                    Form.ADAPTER));
  }

  private static SequencePlan sequence(LlmForgeConfig config) {
    return new SequencePlan(config.contextLength(), config.padding() == Padding.MAX_LENGTH);
  }
}
