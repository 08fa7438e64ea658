package io.llmforge.crds.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of it.
 *
 * @param observedGeneration Generation of the spec this status speaks of.
 * @param phase One word for where the run is.
 * @param message One sentence for where the run is.
 * @param run The current run.
 * @param reference How far the starting model's log-probabilities are; absent when the task needs
 *     none.
 * @param progress How far training is.
 * @param metrics Newest values; strings, so that NaN survives.
 * @param resources What the run holds.
 * @param failure Why the run failed.
 * @param outputs What was published.
 * @param findings Warnings about the config, as "path: message".
 * @param conditions Standard conditions.
 * @param queue Where the run stands in the line for quota; absent when it needs none.
 * @param attempts Attempts of the current run, newest first; the older of more than ten are left
 *     out.
 * @param usage What the current run has used.
 * @param checkpoints What another attempt can continue from.
 * @param adjustments What the operator has changed so that the run can go on.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FineTuneJobStatus(
    @Nullable Long observedGeneration,
    @Nullable Phase phase,
    @Nullable String message,
    @Nullable Run run,
    @Nullable Reference reference,
    @Nullable Progress progress,
    @Size(max = 32) @Nullable List<Metric> metrics,
    @Nullable Resources resources,
    @Nullable Failure failure,
    @Size(max = 1) @Nullable List<Output> outputs,
    @Size(max = 64) @Nullable List<String> findings,
    @Size(max = 16) @Nullable List<JobCondition> conditions,
    @Nullable Queue queue,
    @Size(max = 10) @Nullable List<AttemptStatus> attempts,
    @Nullable Usage usage,
    @Nullable Checkpoints checkpoints,
    @Nullable Adjustments adjustments) {

  /** One word for where the run is. */
  public enum Phase {
    Pending,
    /** A pod without accelerators fetches sources and looks at everything. */
    Validating,
    Queued,
    Scoring,
    Starting,
    Training,
    Publishing,
    Suspending,
    Suspended,
    Succeeded,
    Failed
  }

  /**
   * The current run.
   *
   * @param number From 1; a changed config after the end of a run makes the next one.
   * @param hash Digest of what was asked; an equal hash is the same run.
   * @param generation Generation of the spec the run was started from.
   * @param startTime When the run was created, RFC 3339.
   * @param completionTime When it ended, RFC 3339.
   * @param outcome How it ended; absent while it is under way.
   * @param stage Stage under way or last made; Train when absent.
   * @param attempt Attempt under way, last made or, while suspended, to be made next, from 1; each
   *     continues from what the last one left: scored shards, checkpoints.
   * @param failedAttempts Attempts at the present stage that failed and were made again;
   *     interruptions do not count.
   * @param job Name of the attempt's Job; absent while there is none, as when suspended.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Run(
      int number,
      @Nullable String hash,
      @Nullable Long generation,
      @Nullable String startTime,
      @Nullable String completionTime,
      @Nullable Outcome outcome,
      @Nullable Stage stage,
      int attempt,
      int failedAttempts,
      @Nullable String job) {}

  /** Part of a run that has pods of its own. */
  public enum Stage {
    /** Fetches sources and checks data, model and places, without an accelerator. */
    Preflight,
    /** Computes the starting model's log-probabilities, for preference tuning. */
    Reference,
    /** Trains, and publishes a result that stays in the cluster. */
    Train,
    /** Brings a finished result to its place outside the cluster, without an accelerator. */
    Publish
  }

  /** How a run ended. */
  public enum Outcome {
    Succeeded,
    Failed
  }

  /**
   * An attempt of the run.
   *
   * @param number From 1, counted over all stages.
   * @param job Name of its Job.
   * @param startTime When its first pod began to work, RFC 3339; absent before.
   * @param endTime When it ended, RFC 3339; absent while it is under way.
   * @param outcome How it ended; absent while it is under way.
   * @param reason CamelCase reason of its end.
   * @param message What happened.
   * @param toStep Optimizer steps of the run that were done at its end; absent when nobody knows.
   * @param exitCode Exit code of the trainer that ended it.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record AttemptStatus(
      @Required int number,
      @Nullable String job,
      @Nullable String startTime,
      @Nullable String endTime,
      @Nullable AttemptOutcome outcome,
      @Nullable String reason,
      @Nullable String message,
      @Nullable Long toStep,
      @Nullable Integer exitCode) {}

  /**
   * What the run has used.
   *
   * @param activeSeconds Seconds in which its ended attempts had pods at work.
   */
  public record Usage(long activeSeconds) {}

  /**
   * What the operator has changed so that the run can go on.
   *
   * @param microBatchDivisor By how much micro-batches are smaller than planned, a power of two.
   * @param sinceAttempt First attempt with micro-batches of that size.
   */
  public record Adjustments(int microBatchDivisor, int sinceAttempt) {}

  /**
   * Checkpoints of the run.
   *
   * @param latest The newest.
   * @param copied The newest that is also where spec.checkpoints says; absent when none is.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Checkpoints(@Nullable Checkpoint latest, @Nullable Copy copied) {}

  /**
   * A checkpoint outside the run's workspace.
   *
   * @param id Its name.
   * @param step Optimizer steps it holds.
   * @param uri The folder that it is in.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Copy(@Nullable String id, long step, @Nullable String uri) {}

  /**
   * A checkpoint in the run's workspace.
   *
   * @param id Its name.
   * @param step Optimizer steps it holds.
   * @param seconds How long it took to write; absent when nobody knows.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Checkpoint(@Nullable String id, long step, @Nullable String seconds) {}

  /** How an attempt ended. */
  public enum AttemptOutcome {
    /** Its result is published. */
    Succeeded,
    /** By a failure; it counts as a retry. */
    Failed,
    /** It was stopped or preempted; it does not count. */
    Interrupted
  }

  /**
   * How far the starting model's log-probabilities are.
   *
   * @param shards Shards of the rows; each is one pod's work.
   * @param done Shards that are scored.
   * @param pairs Pairs of the shards that are scored.
   * @param found How many of these pairs had been scored before: by an earlier attempt, or by
   *     another run through spec.storage.cache.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Reference(int shards, int done, @Nullable Long pairs, @Nullable Long found) {

    /** One of whose pairs nothing is known. */
    public Reference(int shards, int done) {
      this(shards, done, null, null);
    }
  }

  /**
   * How far training is.
   *
   * @param percent 0 to 100.
   * @param step Optimizer steps done.
   * @param totalSteps Optimizer steps of the run.
   * @param stepText "step/totalSteps", for the table.
   * @param epoch Passes over the data done.
   * @param loss Newest training loss.
   * @param tokensPerSecond Recent speed.
   * @param etaSeconds Estimated seconds to the end.
   * @param eta The same for people, for example 1h52m.
   * @param lastStepTime End of the last step, RFC 3339.
   * @param activity What the trainer is doing now.
   * @param lastChangeTime When the operator saw the newest step or activity, RFC 3339.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Progress(
      int percent,
      long step,
      long totalSteps,
      @Nullable String stepText,
      @Nullable String epoch,
      @Nullable String loss,
      @Nullable String tokensPerSecond,
      @Nullable Long etaSeconds,
      @Nullable String eta,
      @Nullable String lastStepTime,
      @Nullable String activity,
      @Nullable String lastChangeTime) {}

  /**
   * Newest value of a metric.
   *
   * @param name For example eval_loss.
   * @param value Newest value.
   * @param step Optimizer step of the newest value.
   * @param first First value measured.
   * @param best Best value so far: highest of accuracy, F1 and the like, else lowest.
   * @param bestStep Step of the best value.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Metric(
      @Required @Nullable String name,
      @Nullable String value,
      long step,
      @Nullable String first,
      @Nullable String best,
      long bestStep) {}

  /**
   * What the run holds.
   *
   * @param gpus Accelerators of its pods.
   */
  public record Resources(int gpus) {}

  /**
   * Why the run failed.
   *
   * @param reason CamelCase reason.
   * @param message What happened, to what.
   * @param stage Stage that failed.
   * @param pod Pod that failed.
   * @param exitCode Exit code of its trainer container.
   * @param remediation What to do.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Failure(
      @Nullable String reason,
      @Nullable String message,
      @Nullable String stage,
      @Nullable String pod,
      @Nullable Integer exitCode,
      @Nullable String remediation) {}

  /**
   * What was published.
   *
   * @param name Name of the output.
   * @param kind Adapter or Model.
   * @param uri Where it is; of a repository of the Hub with the commit.
   * @param digest sha256 of its manifest.
   * @param bytes Size of all files.
   * @param step Optimizer step of the published checkpoint.
   * @param adopted Whether a run of the same content had published it before, and nothing was
   *     trained.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Output(
      @Required @Nullable String name,
      @Nullable String kind,
      @Nullable String uri,
      @Nullable String digest,
      long bytes,
      long step,
      @Nullable Boolean adopted) {}

  /**
   * A standard Kubernetes condition.
   *
   * @param type Accepted, SourcesReady, QuotaReserved, ReferenceReady, Running, TrainingHealthy,
   *     CheckpointAvailable, OutputPublished, Suspended, Ready, Reconciling, Stalled, Complete or
   *     Failed.
   * @param status True, False or Unknown.
   * @param observedGeneration Generation this speaks of.
   * @param lastTransitionTime When status last changed, RFC 3339.
   * @param reason CamelCase reason.
   * @param message For people.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record JobCondition(
      @Required String type,
      @Required String status,
      @Nullable Long observedGeneration,
      @Nullable String lastTransitionTime,
      @Nullable String reason,
      @Nullable String message) {}

  /**
   * Where the run stands in the line for quota.
   *
   * @param provider Who admits its pods.
   * @param position Its place in the line, from 1; absent when it is not in it.
   * @param waitingSince Since when it waits, RFC 3339; absent while it does not.
   * @param waitedSeconds How long the pods at work waited; absent while they wait.
   * @param shortfall What is short, for example "team-gpu needs 8 requests.nvidia.com/gpu, free 3
   *     (hard 8, used 5)".
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Queue(
      @Nullable QueueProvider provider,
      @Nullable Integer position,
      @Nullable String waitingSince,
      @Nullable Long waitedSeconds,
      @Nullable String shortfall) {}

  /** Who admits the pods. */
  public enum QueueProvider {
    /** The operator, within the namespace's ResourceQuotas. */
    ResourceQuota,
    /** Kueue. */
    Kueue
  }
}
