package io.llmforge.trainer.recipe;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.data.RowSummary;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The plan with every number that was left to the data and the device: {@code resolved_plan.json},
 * in the workspace while the run lasts and beside what it publishes.
 *
 * @param schema version of this format
 * @param plan what the trainer was told
 * @param planDigest SHA-256 of it
 * @param decided what the data decided
 * @param memory what the device decided
 * @param rows what is known about the rows
 * @param files where they come from
 */
record ResolvedPlan(
    String schema,
    TrainingPlan plan,
    String planDigest,
    Decided decided,
    MemoryPlan memory,
    RowSummary rows,
    List<DataFile> files) {

  static final String FILE = "resolved_plan.json";
  private static final String SCHEMA = "llmforge.resolved-plan/2";

  ResolvedPlan {
    requireNonNull(plan, "plan");
    requireNonNull(planDigest, "planDigest");
    requireNonNull(decided, "decided");
    requireNonNull(memory, "memory");
    requireNonNull(rows, "rows");
    requireNonNull(files, "files");
    files = List.copyOf(files);
  }

  /**
   * What the plan leaves open.
   *
   * @param contextLength most tokens of a row
   * @param rowsPerDevice rows of one device's micro-batch
   * @param rowsPerStep rows of one optimizer step
   * @param epochs passes over the training rows
   * @param stepsPerEpoch optimizer steps of one pass
   * @param totalSteps optimizer steps of the run
   * @param computesIn in what numbers the model computes
   */
  record Decided(
      int contextLength,
      int rowsPerDevice,
      int rowsPerStep,
      double epochs,
      int stepsPerEpoch,
      long totalSteps,
      String computesIn) {

    static Decided of(TrainingData data, MemoryPlan memory) {
      return new Decided(
          data.summary().contextLength(),
          data.batches().rowsPerDevice(),
          data.layout().rowsPerStep(),
          data.layout().epochs(),
          data.layout().stepsPerEpoch(),
          data.layout().totalSteps(),
          memory.needs().precision().text());
    }

    /** One line for the console. */
    String text() {
      return String.format(
          Locale.ROOT,
          "context_length: %d rows_per_device: %d rows_per_step: %d epochs: %s steps_per_epoch: %d"
              + " steps: %d precision: %s",
          contextLength,
          rowsPerDevice,
          rowsPerStep,
          epochs,
          stepsPerEpoch,
          totalSteps,
          computesIn);
    }
  }

  static ResolvedPlan of(TrainingPlan plan, TrainingData data, MemoryPlan memory) {
    return new ResolvedPlan(
        SCHEMA,
        plan,
        Sha256.of(PlanJson.write(plan)),
        Decided.of(data, memory),
        memory,
        data.summary(),
        data.files());
  }

  ResolvedPlan with(MemoryPlan other) {
    return new ResolvedPlan(schema, plan, planDigest, decided, other, rows, files);
  }

  /** That of an earlier attempt at the same plan with the same rows, when there is one. */
  static Optional<ResolvedPlan> read(Path workspace, TrainingPlan plan, TrainingData data) {
    Path file = workspace.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(PlanJson.read(Files.readString(file), ResolvedPlan.class))
          .filter(earlier -> earlier.planDigest().equals(Sha256.of(PlanJson.write(plan))))
          .filter(earlier -> earlier.rows().train().digest().equals(data.digest()));
    } catch (JsonProcessingException ofAnotherVersion) {
      // Written by another release: what it decided can be decided again.
      return Optional.empty();
    } catch (IOException e) {
      throw StorageException.reading(file.toString(), e);
    }
  }

  void write(Path workspace) {
    Path file = workspace.resolve(FILE);
    try {
      Durable.writeText(file, PlanJson.writeIndented(this));
    } catch (IOException e) {
      throw StorageException.writing(file.toString(), e);
    }
  }
}
