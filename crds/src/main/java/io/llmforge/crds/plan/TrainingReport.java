package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The only thing that comes out of a trainer pod: the body of {@code GET /v1/status} while it runs,
 * and the termination message when it ends. The termination message decides the outcome of a run;
 * the status endpoint only informs.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
  @JsonSubTypes.Type(value = TrainingReport.Running.class, name = "running"),
  @JsonSubTypes.Type(value = TrainingReport.Trained.class, name = "trained"),
  @JsonSubTypes.Type(value = TrainingReport.Completed.class, name = "completed"),
  @JsonSubTypes.Type(value = TrainingReport.Stopped.class, name = "stopped"),
  @JsonSubTypes.Type(value = TrainingReport.Failed.class, name = "failed")
})
public sealed interface TrainingReport {

  /** How far training is. */
  Progress progress();

  /** Work is under way. */
  record Running(Phase phase, Progress progress) implements TrainingReport {
    public Running {
      requireNonNull(phase, "phase");
      requireNonNull(progress, "progress");
    }
  }

  /**
   * The artefacts are written and verified in the run's workspace; another pod brings them to where
   * the plan wants them.
   *
   * @param output what is to be published, with the place it is to go to
   */
  record Trained(Progress progress, Output output) implements TrainingReport {
    public Trained {
      requireNonNull(progress, "progress");
      requireNonNull(output, "output");
    }
  }

  /**
   * The artefacts are where the plan wants them, and verified.
   *
   * @param output what was published
   * @param origin who made it
   */
  record Completed(Progress progress, Output output, Origin origin) implements TrainingReport {
    public Completed {
      requireNonNull(progress, "progress");
      requireNonNull(output, "output");
      requireNonNull(origin, "origin");
    }

    /** What this run has made itself. */
    public Completed(Progress progress, Output output) {
      this(progress, output, Origin.TRAINED);
    }
  }

  /** Who made a result. */
  enum Origin {
    /** The run that reports it. */
    TRAINED,
    /** A run of the same content before it, which is not made again. */
    ADOPTED
  }

  /** Asked to stop: the state is saved and the run can continue from {@code checkpoint}. */
  record Stopped(Progress progress, String checkpoint) implements TrainingReport {
    public Stopped {
      requireNonNull(progress, "progress");
      requireNonNull(checkpoint, "checkpoint");
    }
  }

  /**
   * The run ended without a result.
   *
   * @param code what kind of failure
   * @param message what happened, to what, and what to do; one or a few sentences
   */
  record Failed(Progress progress, FailureCode code, String message) implements TrainingReport {
    public Failed {
      requireNonNull(progress, "progress");
      requireNonNull(code, "code");
      requireNonNull(message, "message");
    }
  }

  /** What a running trainer is doing. */
  enum Phase {
    LOADING,
    TOKENIZING,
    /** Scoring rows with the starting model, or waiting for the workers that do. */
    SCORING,
    TRAINING,
    EVALUATING,
    SAVING,
    PUBLISHING
  }

  /**
   * How far training is.
   *
   * @param step optimizer steps done
   * @param totalSteps optimizer steps of the whole run, 0 until the data are read
   * @param epoch passes over the data done, fractional
   * @param totalEpochs passes of the whole run, 0 until known
   * @param tokens tokens of training rows processed since the run began
   * @param tokensPerSecond recent training speed, or null before the first step
   * @param etaSeconds estimated seconds until the end, or null while unknown
   * @param lastStepTime end of the last optimizer step, RFC 3339, or null before the first
   * @param metrics newest value of every metric, at most 32 names
   * @param checkpoint newest checkpoint, or null before the first
   * @param copied its newest copy outside the workspace, or null when there is none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Progress(
      long step,
      long totalSteps,
      double epoch,
      double totalEpochs,
      long tokens,
      @Nullable Double tokensPerSecond,
      @Nullable Long etaSeconds,
      @Nullable String lastStepTime,
      List<Metric> metrics,
      @Nullable Saved checkpoint,
      @Nullable Copied copied) {

    /** Nothing done yet. */
    public static final Progress NONE =
        new Progress(0, 0, 0, 0, 0, null, null, null, List.of(), null, null);

    public Progress {
      metrics = List.copyOf(metrics);
    }
  }

  /**
   * A checkpoint that another attempt can continue from.
   *
   * @param name its name in the workspace
   * @param step optimizer steps it holds
   * @param seconds how long it took to write, or null when an earlier attempt did
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Saved(String name, long step, @Nullable Double seconds) {
    public Saved {
      requireNonNull(name, "name");
    }
  }

  /**
   * A copy of a checkpoint, which outlives the workspace.
   *
   * @param name name of the checkpoint
   * @param step optimizer steps it holds
   * @param place the folder it is in, as a user would write it
   */
  record Copied(String name, long step, String place) {
    public Copied {
      requireNonNull(name, "name");
      requireNonNull(place, "place");
    }
  }

  /**
   * The newest value of a metric and its best so far.
   *
   * @param name for example {@code train_loss}, {@code eval_loss}, {@code perplexity}, {@code
   *     learning_rate}, {@code grad_norm}
   * @param value newest value; may be NaN or infinite
   * @param step optimizer step it belongs to
   * @param first value when it was first measured
   * @param best best value so far: the highest of {@link #isHigherBetter}, else the lowest
   * @param bestStep step of the best value
   */
  record Metric(String name, double value, long step, double first, double best, long bestStep) {
    public static final String TRAIN_LOSS = "train_loss";
    public static final String EVALUATION_LOSS = "eval_loss";

    /** What an evaluation measures carries this before its name. */
    public static final String EVALUATION_PREFIX = "eval_";

    public static final String PERPLEXITY = "perplexity";
    public static final String LEARNING_RATE = "learning_rate";
    public static final String GRADIENT_NORM = "grad_norm";
    public static final String ACCURACY = "accuracy";
    public static final String F1 = "f1";
    public static final String WEIGHTED_F1 = "f1_weighted";

    /** Average precision, the area under the curve of precision over recall. */
    public static final String PRAUC = "prauc";

    /** Probability of all labels together among all tokens. */
    public static final String LABEL_MASS = "label_mass";

    /** Pairs of a shard of the reference, and how many of them had been scored before. */
    public static final String PAIRS = "pairs";

    public static final String PAIRS_FOUND = "pairs_found";

    private static final Set<String> HIGHER_IS_BETTER =
        Set.of(
            ACCURACY,
            F1,
            WEIGHTED_F1,
            PRAUC,
            LABEL_MASS,
            "rewards/accuracies",
            "rewards/margins",
            "mean_token_accuracy");

    public Metric {
      requireNonNull(name, "name");
    }

    /** Whether more of it is better, measured in training or, with its prefix, in evaluation. */
    public static boolean isHigherBetter(String name) {
      return HIGHER_IS_BETTER.contains(
          name.startsWith(EVALUATION_PREFIX) ? name.substring(EVALUATION_PREFIX.length()) : name);
    }
  }

  /**
   * What was published.
   *
   * @param kind what kind of artefact
   * @param location where it is, as a user would write it; of a Hub repository with the commit
   * @param digest {@code sha256:} of the artefact's manifest
   * @param bytes size of all its files
   * @param step optimizer step of the checkpoint it was made from
   */
  record Output(Kind kind, String location, String digest, long bytes, long step) {
    public Output {
      requireNonNull(kind, "kind");
      requireNonNull(location, "location");
      requireNonNull(digest, "digest");
    }

    public Output withLocation(String place) {
      return new Output(kind, place, digest, bytes, step);
    }

    /** What kind of artefact. */
    public enum Kind {
      ADAPTER,
      MODEL,
      /** Scores of the starting model, of one shard. */
      REFERENCE
    }
  }
}
