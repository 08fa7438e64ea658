package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything a trainer pod is told. Fully resolved: the trainer never sees the LLMForge config and
 * chooses no default of its own, except where a component says that the data decide.
 *
 * @param schemaVersion version of this format; a trainer refuses any other than {@link
 *     #SCHEMA_VERSION}
 * @param run which run of which FineTuneJob this is
 * @param objective what is learned, and how a row becomes text
 * @param model the weights training starts from
 * @param data the files trained and evaluated on
 * @param sequence how long a row may be
 * @param tuning which weights are trained
 * @param optimizer AdamW and its schedule
 * @param batch how many rows make one optimizer step
 * @param duration how long training lasts
 * @param evaluation when the model is evaluated and saved, and how many checkpoints are kept
 * @param output where the finished artefacts go
 * @param precision in what numbers the model computes
 * @param seed seed of data order, adapter initialisation and dropout
 * @param tracking where measurements are also sent, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingPlan(
    int schemaVersion,
    RunIdentity run,
    Objective objective,
    ModelSource model,
    DataSources data,
    SequencePlan sequence,
    Tuning tuning,
    OptimizerPlan optimizer,
    BatchPlan batch,
    DurationPlan duration,
    EvaluationPlan evaluation,
    OutputPlan output,
    Precision precision,
    long seed,
    @Nullable TrackingPlan tracking) {

  public static final int SCHEMA_VERSION = 2;

  public TrainingPlan {
    requireNonNull(run, "run");
    requireNonNull(objective, "objective");
    requireNonNull(model, "model");
    requireNonNull(data, "data");
    requireNonNull(sequence, "sequence");
    requireNonNull(tuning, "tuning");
    requireNonNull(optimizer, "optimizer");
    requireNonNull(batch, "batch");
    requireNonNull(duration, "duration");
    requireNonNull(evaluation, "evaluation");
    requireNonNull(output, "output");
    requireNonNull(precision, "precision");
  }

  /** Everything the run reads, in a fixed order and each once. */
  public List<Location> sources() {
    Stream<@Nullable Location> sources =
        Stream.of(
            model.base(), model.baseWeights(), model.adapter(), data.train(), data.validation());
    return sources.flatMap(Stream::ofNullable).distinct().toList();
  }

  /** What must be fetched before the run can read it. */
  public List<Location.Remote> remoteSources() {
    return sources().stream()
        .flatMap(
            source -> source instanceof Location.Remote remote ? Stream.of(remote) : Stream.empty())
        .toList();
  }

  /** Where the result goes when that is outside the cluster: a pod of its own brings it there. */
  public Optional<Location.Remote> remoteOutput() {
    return output.location() instanceof Location.Remote place
        ? Optional.of(place)
        : Optional.empty();
  }

  /** In what numbers the model computes; sums and what is trained are float32 in any case. */
  public enum Precision {
    /** bfloat16 on an accelerator that has it, float32 on a CPU. */
    AUTO,
    FLOAT32,
    /** Right on every device; slow on a CPU without instructions for it. */
    BFLOAT16
  }

  /**
   * Which run of which FineTuneJob.
   *
   * @param namespace namespace of the FineTuneJob
   * @param name name of the FineTuneJob
   * @param number run number, from 1
   */
  public record RunIdentity(String namespace, String name, int number) {
    public RunIdentity {
      requireNonNull(namespace, "namespace");
      requireNonNull(name, "name");
      if (number < 1) {
        throw new IllegalArgumentException("run number must be at least 1, was " + number);
      }
    }
  }

  /**
   * The weights training starts from.
   *
   * @param modelId {@code model_id} as the user wrote it; names the base model in what is written
   * @param base location of the Hugging Face folder (config.json, tokenizer, weights)
   * @param baseWeights location of other weights of the same architecture ({@code
   *     initial_base_model_ckpt_path}), or null to use those in {@code base}
   * @param adapter location of a PEFT adapter to continue from ({@code
   *     initial_adapter_model_ckpt_path}), or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ModelSource(
      String modelId, Location base, @Nullable Location baseWeights, @Nullable Location adapter) {
    public ModelSource {
      requireNonNull(modelId, "modelId");
      requireNonNull(base, "base");
    }
  }

  /**
   * The files trained and evaluated on, JSON Lines.
   *
   * @param train rows trained on
   * @param validation rows evaluated on, or null for no evaluation
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record DataSources(Location train, @Nullable Location validation) {
    public DataSources {
      requireNonNull(train, "train");
    }
  }

  /**
   * How long a row may be.
   *
   * @param contextLength most tokens of a row, longer ones lose their end; null lets the data
   *     decide: the larger of the 95th percentile of row lengths and the model's own context length
   * @param padToContextLength {@code padding: max_length}: lay out every row at full context
   *     length, to measure the worst case
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SequencePlan(@Nullable Integer contextLength, boolean padToContextLength) {
    public SequencePlan {
      if (contextLength != null && contextLength < 2) {
        throw new IllegalArgumentException(
            "contextLength must be at least 2, was " + contextLength);
      }
    }
  }

  /**
   * How many rows make one optimizer step: the product of the first three numbers. They are dealt
   * out to as many parts as devices; fewer processes than devices make several parts each, and the
   * same step.
   *
   * @param rowsPerDevice rows of one micro-batch on one device; null lets the context length decide
   * @param accumulationSteps micro-batches of one device per optimizer step
   * @param devices data-parallel devices the step is defined for
   * @param evaluationRowsPerDevice rows of one evaluation batch
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BatchPlan(
      @Nullable Integer rowsPerDevice,
      int accumulationSteps,
      int devices,
      int evaluationRowsPerDevice) {
    public BatchPlan {
      if (rowsPerDevice != null) {
        requirePositive("rowsPerDevice", rowsPerDevice);
      }
      requirePositive("accumulationSteps", accumulationSteps);
      requirePositive("devices", devices);
      requirePositive("evaluationRowsPerDevice", evaluationRowsPerDevice);
    }

    /**
     * Rows of one optimizer step.
     *
     * @param decidedRowsPerDevice rows of one micro-batch, planned or decided by the data
     */
    public int rowsPerStep(int decidedRowsPerDevice) {
      return Math.multiplyExact(
          Math.multiplyExact(decidedRowsPerDevice, accumulationSteps), devices);
    }
  }

  /**
   * How long training lasts.
   *
   * @param epochs passes over the training rows, or null: as many whole epochs as give at least
   *     {@code minimumSteps} optimizer steps
   * @param minimumSteps used only when {@code epochs} is null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record DurationPlan(@Nullable Double epochs, int minimumSteps) {
    public DurationPlan {
      if (epochs != null && !(epochs > 0 && Double.isFinite(epochs))) {
        throw new IllegalArgumentException("epochs must be a positive number, was " + epochs);
      }
      requirePositive("minimumSteps", minimumSteps);
    }
  }

  /**
   * When the model is evaluated and saved; both always happen together.
   *
   * @param evaluateFirst one evaluation before the first step
   * @param every how far apart evaluations are
   * @param checkpointsToKeep how many checkpoints are kept, best evaluation loss first; the newest
   *     without an evaluation
   * @param earlyStopping ends the run when evaluations no longer improve, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record EvaluationPlan(
      boolean evaluateFirst,
      Every every,
      int checkpointsToKeep,
      @Nullable EarlyStopping earlyStopping) {
    public EvaluationPlan {
      requireNonNull(every, "every");
      requirePositive("checkpointsToKeep", checkpointsToKeep);
    }
  }

  /**
   * When to stop before the last step, as Transformers' callback decides it.
   *
   * @param patience evaluations in a row without improvement that end the run
   * @param threshold an evaluation loss counts as better only when it is lower by more than this
   */
  public record EarlyStopping(int patience, double threshold) {
    public EarlyStopping {
      requirePositive("patience", patience);
      if (!(threshold >= 0 && Double.isFinite(threshold))) {
        throw new IllegalArgumentException("threshold must not be negative, was " + threshold);
      }
    }
  }

  /**
   * A distance between two evaluations.
   *
   * @param unit what is counted
   * @param count how many of them, at least 1
   */
  public record Every(Unit unit, int count) {
    public Every {
      requireNonNull(unit, "unit");
      requirePositive("count", count);
    }

    /** What an interval counts. */
    public enum Unit {
      EPOCHS,
      STEPS,
      /**
       * {@code count} evaluations spread evenly over the whole run ({@code max_num_checkpoints}).
       */
      TIMES_PER_RUN
    }
  }

  /**
   * Where the finished artefacts go.
   *
   * @param name the output's name in {@code spec.outputs}
   * @param location folder the adapter or model is published to: on a claim, in the workspace, of
   *     an object store ({@link Location.RemoteFolder}), or a branch of a repository of the Hub
   *     ({@link Location.HubModel})
   * @param form what is published of a run that trains an adapter
   */
  public record OutputPlan(String name, Location location, Form form) {
    public OutputPlan {
      requireNonNull(form, "form");
      requireNonNull(name, "name");
      requireNonNull(location, "location");
    }

    /** What is published of a run that trains an adapter; a model trained in full is one. */
    public enum Form {
      /** The adapter alone. */
      ADAPTER,
      /** A whole model, the adapter merged into it. */
      MERGED_MODEL
    }
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, was " + value);
    }
  }
}
