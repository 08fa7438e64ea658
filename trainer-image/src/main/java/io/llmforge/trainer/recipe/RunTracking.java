package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TrackingPlan;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.tracking.RunDescription;
import io.llmforge.trainer.tracking.TrackedEnd;
import io.llmforge.trainer.tracking.Tracker;
import io.llmforge.trainer.tracking.TrackingLog;
import io.llmforge.trainer.tracking.TrackingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** What a tracking server learns of a run, when the plan names one. */
final class RunTracking implements AutoCloseable {

  static final String FOLDER = "tracking";
  private static final int DIGEST_CHARACTERS = 16;

  private final RunSurroundings surroundings;
  private Optional<Tracker> tracker = Optional.empty();

  RunTracking(RunSurroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Begins to send the metrics file. */
  void begin(ResolvedPlan resolved) {
    TrackingPlan plan = resolved.plan().tracking();
    if (plan == null) {
      return;
    }
    var log = new Log(surroundings);
    tracker =
        Tracker.start(
            plan,
            description(resolved),
            surroundings.volumes().workspace().resolve(MetricsFile.NAME),
            new Tracker.Surroundings(
                new TrackingSettings(surroundings.environment()),
                log,
                surroundings.clock(),
                Tracker.LONGEST_END));
  }

  void stopped() {
    tracker.ifPresent(it -> it.ends(new TrackedEnd(TrackedEnd.Status.STOPPED, Map.of())));
  }

  void completed(Output output) {
    tracker.ifPresent(
        it ->
            it.ends(
                new TrackedEnd(
                    TrackedEnd.Status.COMPLETED,
                    Map.of(
                        "llmforge.output",
                        output.location(),
                        "llmforge.output.digest",
                        output.digest(),
                        "llmforge.output.step",
                        Long.toString(output.step())))));
  }

  /** How long {@link #close} may take. */
  Duration longestClosing() {
    return tracker.map(Tracker::longestClosing).orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    tracker.ifPresent(Tracker::close);
  }

  /**
   * Written down before a run is made by it, so that an attempt that goes on finds the run of the
   * one that was killed.
   */
  private String key(ResolvedPlan resolved) {
    Path file =
        surroundings
            .volumes()
            .workspace()
            .resolve(FOLDER)
            .resolve(resolved.planDigest().substring(0, DIGEST_CHARACTERS));
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(Durable.parentOf(file));
        Durable.writeText(file, UUID.randomUUID().toString());
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw StorageException.writing(file.toString(), e);
    }
  }

  private RunDescription description(ResolvedPlan resolved) {
    TrainingPlan plan = resolved.plan();
    String job = plan.run().namespace() + "/" + plan.run().name();
    return new RunDescription(
        key(resolved),
        "%s-%d".formatted(plan.run().name(), plan.run().number()),
        parameters(resolved),
        Map.of("llmforge.job", job, "llmforge.run", Integer.toString(plan.run().number())));
  }

  private static Map<String, Object> parameters(ResolvedPlan resolved) {
    TrainingPlan plan = resolved.plan();
    Map<String, Object> parameters = new TreeMap<>();
    parameters.put("model_id", plan.model().modelId());
    parameters.put("train_path", plan.data().train().text());
    parameters.put("task", task(plan.objective()));
    parameters.put("learning_rate", plan.optimizer().learningRate());
    parameters.put("lr_scheduler_type", plan.optimizer().schedule().name());
    parameters.put("warmup_steps", plan.optimizer().warmupSteps());
    parameters.put("weight_decay", plan.optimizer().weightDecay());
    parameters.put("context_length", resolved.decided().contextLength());
    parameters.put("rows_per_step", resolved.decided().rowsPerStep());
    parameters.put("num_epochs", resolved.decided().epochs());
    parameters.put("total_steps", resolved.decided().totalSteps());
    parameters.put("precision", resolved.decided().computesIn());
    parameters.put("seed", plan.seed());
    if (plan.tuning() instanceof Tuning.Lora lora) {
      parameters.put("lora_rank", lora.rank());
      parameters.put("lora_alpha", lora.alpha());
      parameters.put("lora_dropout", lora.dropout());
    }
    resolved
        .files()
        .forEach(
            file ->
                parameters.put(
                    "sha256_" + file.use().name().toLowerCase(Locale.ROOT), file.sha256()));
    return parameters;
  }

  private static String task(Objective objective) {
    return switch (objective) {
      case Objective.CausalLm ignored -> "causal_lm";
      case Objective.InstructionTuning ignored -> "instruction_tuning";
      case Objective.Classification ignored -> "classification";
      case Objective.PreferenceTuning ignored -> "preference_tuning";
    };
  }

  /** Lines of another thread between those of the training. */
  private record Log(RunSurroundings surroundings) implements TrackingLog {
    @Override
    public void line(String text) {
      surroundings.console().line(text);
    }

    @Override
    public void warning(String text) {
      surroundings.console().warning("[tracking] " + text);
    }

    @Override
    public void failed() {
      surroundings.progress().trackingFailed();
    }
  }
}
