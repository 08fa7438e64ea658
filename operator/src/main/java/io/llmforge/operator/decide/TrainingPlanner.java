package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.AccessMode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Storage;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Workspace;
import io.llmforge.crds.config.ConfigReading;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfig;
import io.llmforge.crds.config.LlmForgeConfig.EmbeddingScalingTechnique;
import io.llmforge.crds.config.LlmForgeConfig.Padding;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TrackingPlan;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingPlan.BatchPlan;
import io.llmforge.crds.plan.TrainingPlan.DataSources;
import io.llmforge.crds.plan.TrainingPlan.ModelSource;
import io.llmforge.crds.plan.TrainingPlan.OutputPlan;
import io.llmforge.crds.plan.TrainingPlan.RunIdentity;
import io.llmforge.crds.plan.TrainingPlan.SequencePlan;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.operator.identity.Owner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  private static final int FIRST_RUN = 1;

  private final LlmForgeConfigReader reader;
  private final AcceleratorMap accelerators;

  public TrainingPlanner(LlmForgeConfigReader reader, AcceleratorMap accelerators) {
    this.reader = reader;
    this.accelerators = accelerators;
  }

  /** Plans for a cluster whose accelerators have no names. */
  public TrainingPlanner(LlmForgeConfigReader reader) {
    this(reader, AcceleratorMap.NONE);
  }

  /** The plan of a spec. */
  public Planning plan(Owner owner, FineTuneJobSpec spec) {
    JsonNode config = requireNonNullElse(spec.config(), JsonNodeFactory.instance.objectNode());
    ConfigReading reading = reader.read(config);
    return switch (reading) {
      case ConfigReading.Refused refused ->
          new Planning.Refused(Reason.INVALID_CONFIG, withOtherMistakes(spec, config, refused));
      case ConfigReading.Accepted accepted ->
          plan(owner, spec, accepted.config(), findings(config, accepted));
    };
  }

  private Findings findings(JsonNode config, ConfigReading.Accepted accepted) {
    Findings findings = new Findings(accepted.findings());
    accelerators.check(config, findings);
    return findings;
  }

  private static Planning plan(
      Owner owner, FineTuneJobSpec spec, LlmForgeConfig config, Findings findings) {
    SourceReader sources = new SourceReader(findings);
    ScheduleReader schedule = new ScheduleReader(findings);
    refuseUnsupported(config, findings);

    Optional<Objective> objective = new ObjectiveReader(findings).read(config);
    Optional<ModelSource> model = model(config, sources);
    Optional<DataSources> data = data(config, sources);
    Tuning tuning = TuningReader.read(config.loraConfig());
    Optional<OutputPlan> output = new OutputReader(sources, findings).read(spec, config);
    objective.ifPresent(
        learned -> {
          checkReference(spec, learned, findings);
          checkWorkspace(spec, warnings(spec, learned, schedule.batch(config)), findings);
        });
    Optional<TrackingPlan> tracking = new TrackingReader(findings).read(config.logger());
    var credentials = new CredentialCheck(spec, findings);
    credentials.check(tracking, output);
    new CheckpointReader(findings).read(spec).ifPresent(credentials::checkCheckpoints);

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
            schedule.precision(config),
            SEED,
            tracking.orElse(null));
    return new Planning.Planned(plan, PlanHash.of(plan), findings.all());
  }

  /** What the reader refuses, and what is wrong besides with places, trackers and credentials. */
  private List<Finding> withOtherMistakes(
      FineTuneJobSpec spec, JsonNode config, ConfigReading.Refused refused) {
    LlmForgeConfig readable = refused.readable();
    Findings others = new Findings(List.of());
    SourceReader sources = new SourceReader(others);
    accelerators.check(config, others);
    refuseUnsupported(readable, others);
    model(readable, sources);
    data(readable, sources);
    Optional<OutputPlan> output = new OutputReader(sources, others).read(spec, readable);
    Optional<TrackingPlan> tracking = new TrackingReader(others).read(readable.logger());
    new CredentialCheck(spec, others).check(tracking, output);
    new CheckpointReader(others).read(spec);

    List<Finding> all = new ArrayList<>(refused.findings());
    others.all().stream()
        .filter(finding -> finding.severity() == Severity.ERROR && !isAbout(refused, finding))
        .forEach(all::add);
    return List.copyOf(all);
  }

  /** Whether the reader has refused the value already, or something in it. */
  private static boolean isAbout(ConfigReading.Refused refused, Finding other) {
    return refused.findings().stream()
        .filter(finding -> finding.severity() == Severity.ERROR)
        .map(Finding::path)
        .anyMatch(path -> path.equals(other.path()) || path.startsWith(other.path() + "."));
  }

  private static void refuseUnsupported(LlmForgeConfig config, Findings findings) {
    if (config.embeddingScalingTechnique() == EmbeddingScalingTechnique.LINEAR) {
      findings.invalid(
          "embedding_scaling_technique",
          "linear is not supported by this version; leave the key out and keep context_length"
              + " within the model's own");
    }
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

  private static void checkReference(FineTuneJobSpec spec, Objective objective, Findings findings) {
    if (spec.reference() != null && !(objective instanceof Objective.PreferenceTuning)) {
      findings.warning(
          "spec.reference", "only preference_tuning has a reference; leave it out for this task");
    }
  }

  // Without several nodes there is nothing to share; where pods land is known only to the cluster.
  private static void checkWorkspace(
      FineTuneJobSpec spec, List<String> warnings, Findings findings) {
    AccessMode mode =
        Optional.ofNullable(spec.storage())
            .map(Storage::workspace)
            .map(Workspace::accessMode)
            .orElse(AccessMode.ReadWriteOnce);
    switch (mode) {
      case ReadWriteOnce ->
          warnings.forEach(
              warning -> findings.warning("spec.storage.workspace.accessMode", warning));
      case ReadWriteMany -> {}
    }
  }

  private static List<String> warnings(FineTuneJobSpec spec, Objective objective, BatchPlan batch) {
    List<String> warnings = new ArrayList<>();
    if (objective instanceof Objective.PreferenceTuning && Streaming.isAsked(spec.reference())) {
      warnings.add(
          "the trainer and the pods that score are at work at once and share the workspace, and a"
              + " ReadWriteOnce volume is on one node at a time: unless all of them fit on one"
              + " node, training begins when scoring is over. Write ReadWriteMany where the"
              + " storage class has it, or reference.mode: Sequential");
    }
    if (objective instanceof Objective.PreferenceTuning preference
        && preference.reference().shards() > 1) {
      warnings.add(
          ("%d pods score the reference and share the workspace, and a ReadWriteOnce volume is"
                  + " on one node at a time: pods on other nodes wait until it is free. Write"
                  + " ReadWriteMany where the storage class has it, or concurrency: 1")
              .formatted(preference.reference().shards()));
    }
    if (batch.devices() > 1) {
      warnings.add(
          ("%d pods train together and share the workspace, and a ReadWriteOnce volume is on one"
                  + " node at a time: unless all of them fit on one node, training never begins."
                  + " Write ReadWriteMany where the storage class has it, or num_devices: 1")
              .formatted(batch.devices()));
    }
    return warnings;
  }

  private static SequencePlan sequence(LlmForgeConfig config) {
    return new SequencePlan(config.contextLength(), config.padding() == Padding.MAX_LENGTH);
  }
}
