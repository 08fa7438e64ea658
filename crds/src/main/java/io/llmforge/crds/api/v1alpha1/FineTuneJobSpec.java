package io.llmforge.crds.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.llmforge.crds.config.LlmForgeConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user asks for. A change of what is trained or where it goes (config, outputs) waits
 * until the pods at work have ended and makes the next run. While a run is under way suspend,
 * runPolicy, queue and reference hold at once, everything else from the next attempt on; a run that
 * succeeded is not touched by them. One that has failed is tried again after any change; what
 * changed before it failed has been seen by then, so change retryToken.
 *
 * @param config The LLMForge config, as it stands. Unknown keys are kept and reported in status.
 * @param image Trainer image. Default: the operator's.
 * @param validateOnly Only look: at the config, and in a pod without accelerators at data, model
 *     and places; train nothing. Default: false.
 * @param suspend Stop the run: its pods save a checkpoint and end, and nothing is started. Set back
 *     to false, the run continues from its newest checkpoint. Default: false.
 * @param resources What each trainer pod asks for. Default: one nvidia.com/gpu, no CPU or memory
 *     request.
 * @param storage Volumes of the run.
 * @param outputs Where the result is published, at most one place. Default: the run's workspace.
 * @param podTemplate Additions to the trainer pods.
 * @param credentials Secrets of the job's namespace with what places outside the cluster ask for,
 *     as environment variables: HF_TOKEN, HF_ENDPOINT; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
 *     AWS_REGION, AWS_ENDPOINT_URL; GS_ACCESS_KEY_ID, GS_SECRET_ACCESS_KEY; MLFLOW_TRACKING_URI,
 *     MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD; WANDB_API_KEY,
 *     WANDB_BASE_URL, WANDB_ENTITY, WANDB_PROJECT. Each has one purpose, and only the container
 *     that serves it gets the Secret.
 * @param queue How the run's pods are admitted where quota is short. Default: all pods of a stage
 *     or none, wherever a ResourceQuota of the namespace limits what they ask for.
 * @param runPolicy What is done when an attempt fails, and how long anything may take. Default:
 *     three retries, 30 seconds later and more; no step for 30 minutes is a failure.
 * @param retryToken Any text. When it changes, a run that has failed is tried again; nothing else
 *     follows from it.
 * @param reference How the reference of preference tuning is made. Default: before training.
 * @param checkpoints Where checkpoints are copied to while training goes on, so that a run whose
 *     workspace is lost goes on. Default: they are in the workspace alone.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FineTuneJobSpec(
    @Required @SchemaFrom(type = LlmForgeConfig.class) @Nullable JsonNode config,
    @Size(max = 512) @Nullable String image,
    @Nullable Boolean validateOnly,
    @Nullable Boolean suspend,
    @Nullable Resources resources,
    @Nullable Storage storage,
    @Size(max = 1) @Nullable List<Output> outputs,
    @Nullable PodTemplate podTemplate,
    @Size(max = 8) @Nullable List<Credential> credentials,
    @Nullable Queue queue,
    @Nullable RunPolicy runPolicy,
    @Size(max = 64) @Nullable String retryToken,
    @Nullable Reference reference,
    @Nullable Checkpoints checkpoints) {

  private static final String QUANTITY = "^[0-9]+([.][0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$";

  /**
   * What is done when an attempt fails, and how long anything may take. A change of it holds at
   * once, for the run under way too.
   *
   * @param maxRetries Attempts after the first that failed; what was stopped or preempted is not
   *     counted. Default: 3.
   * @param backoff Pause between a failed attempt and the next.
   * @param activeDeadlineSeconds Longest time in which the run has pods at work, all attempts
   *     together; then the trainer saves, and the run fails. Default: no limit.
   * @param startDeadlineSeconds Longest time until the run's first pod after the preflight works,
   *     from its submission or, when it was suspended then, its resumption. Default: no limit.
   * @param podsReadyTimeoutSeconds Longest time until all pods of an attempt at training work, from
   *     the creation of its Job; then the attempt has failed. Default: no limit.
   * @param hangTimeoutSeconds Longest time without a new step while the trainer says that it
   *     trains; then the attempt has failed. 0: no limit. Default: 1800.
   * @param terminationGracePeriodSeconds How long a pod that is told to end may take to save.
   *     Default: three times as long as the newest checkpoint took, at least 120 and at most 1800;
   *     learnt for the next attempt.
   * @param onOom What follows when the accelerator has too little memory. Default: Fail.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RunPolicy(
      @Min(0) @Max(1000) @Nullable Integer maxRetries,
      @Nullable Backoff backoff,
      @Min(1) @Nullable Long activeDeadlineSeconds,
      @Min(1) @Nullable Long startDeadlineSeconds,
      @Min(1) @Nullable Long podsReadyTimeoutSeconds,
      @Min(0) @Nullable Long hangTimeoutSeconds,
      @Min(1) @Nullable Long terminationGracePeriodSeconds,
      @Nullable OnOom onOom) {}

  /**
   * How the reference of preference tuning is made. A change of it holds at once.
   *
   * @param mode When training begins. Default: Sequential.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Reference(@Nullable ReferenceMode mode) {}

  /** When training begins that needs a reference. */
  public enum ReferenceMode {
    /** When every pair is scored: training and scoring take the same devices in turn. */
    Sequential,
    /**
     * When every pod that scores is at work: the trainer waits for the scores of its next step
     * only, and both hold their devices at once. The result is the same, bit for bit.
     */
    Streaming
  }

  /** What follows when the accelerator has too little memory. */
  public enum OnOom {
    /** The run fails. */
    Fail,
    /**
     * The next attempt takes micro-batches of half the size, and more of them for the same step;
     * what is trained is the same but for rounding and, with dropout, its masks.
     */
    ShrinkMicroBatch
  }

  /**
   * Pause between a failed attempt and the next; it doubles with every failure of the run.
   *
   * @param initialSeconds Pause after the first failure. Default: 30.
   * @param maxSeconds Longest pause. Default: 600.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Backoff(
      @Min(0) @Max(86400) @Nullable Integer initialSeconds,
      @Min(0) @Max(86400) @Nullable Integer maxSeconds) {}

  /**
   * What each trainer pod asks for.
   *
   * @param accelerator What a device is.
   * @param perDevice CPU and memory per device, as Kubernetes quantities.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Resources(@Nullable Accelerator accelerator, @Nullable PerDevice perDevice) {}

  /**
   * The accelerator a device is.
   *
   * @param resourceName Extended resource that pods ask for. Default: nvidia.com/gpu.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Accelerator(@Size(min = 1, max = 253) @Nullable String resourceName) {}

  /**
   * CPU and memory per device.
   *
   * @param cpu CPU cores as a Kubernetes quantity, for example "8". Default: no request.
   * @param memory Main memory as a Kubernetes quantity, for example 64Gi. Default: no request.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PerDevice(
      @Pattern(FineTuneJobSpec.QUANTITY) @Size(max = 32) @Nullable String cpu,
      @Pattern(FineTuneJobSpec.QUANTITY) @Size(max = 32) @Nullable String memory) {}

  /**
   * Volumes of the run.
   *
   * @param workspace The volume the run works on.
   * @param cache Where runs find what another one has fetched or computed: models and rows of
   *     places outside the cluster, and the scores of a reference of preference tuning. Default:
   *     nothing is shared.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Storage(@Nullable Workspace workspace, @Nullable Cache cache) {

    /** A volume of its own, and nothing shared. */
    public Storage(@Nullable Workspace workspace) {
      this(workspace, null);
    }
  }

  /**
   * A folder that runs share. What lies there is named by its content: a run finds only what it
   * would compute itself, or may read where it comes from.
   *
   * @param claimName PersistentVolumeClaim of the job's namespace; ReadWriteMany where runs work on
   *     several nodes at a time.
   * @param folder Folder on it. Default: llmforge-cache.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Cache(
      @Required @Size(min = 1, max = 253) @Pattern("^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$")
          @Nullable String claimName,
      @Size(min = 1, max = 512)
          @ValidationRule(
              value = "!self.startsWith('/') && !self.matches('(^|/)[.][.](/|$)')",
              message =
                  "must be a folder on the claim: without '/' at its beginning and without '..'")
          @Nullable String folder) {}

  /**
   * The volume the run works on; checkpoints live there. Each run has its own, and all of them go
   * with the FineTuneJob.
   *
   * @param size Size of the claim as a Kubernetes quantity. Default: 20Gi. Fixed once the run has
   *     begun.
   * @param storageClassName Storage class of the claim. Default: the cluster's.
   * @param accessMode How many nodes may mount the claim at a time. Pods of one run that work in
   *     parallel need ReadWriteMany, or run on one node. Default: ReadWriteOnce.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Workspace(
      @Pattern(FineTuneJobSpec.QUANTITY) @Size(max = 32) @Nullable String size,
      @Size(max = 253) @Nullable String storageClassName,
      @Nullable AccessMode accessMode) {}

  /** How many nodes may mount a claim at a time. */
  public enum AccessMode {
    /** One. */
    ReadWriteOnce,
    /** Any number. */
    ReadWriteMany
  }

  /**
   * Where the result is published.
   *
   * @param name Name of the output, unique in the list.
   * @param uri pvc://CLAIM/FOLDER in the job's namespace; or s3://BUCKET/FOLDER, gs://BUCKET/FOLDER
   *     or hf://ORG/NAME[@BRANCH], a model repository of the Hugging Face Hub, which a Secret of
   *     spec.credentials with purpose Outputs may write.
   * @param merge Whether a LoRA adapter is merged into its base and published as a whole model.
   *     Default: true for classification, whose labels are new tokens of the model, else false.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Output(
      @Required @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$") @Size(min = 1, max = 63)
          @Nullable String name,
      @Required
          @Size(min = 1, max = 1024)
          @ValidationRule(value = "self.matches('^(" + PLACE + ")$')", message = PLACE_RULE)
          @ValidationRule(
              value = "!self.matches('(^|/)[.][.](/|$)')",
              message = "must not leave its volume: remove the '..' from the path")
          @Nullable String uri,
      @Nullable Boolean merge) {

    private static final String PLACE =
        "pvc://[a-z0-9]([-.a-z0-9]*[a-z0-9])?(/.*)?"
            + "|(s3|gs)://[a-z0-9][a-z0-9._-]*[a-z0-9]/.+"
            + "|hf://[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+(@[A-Za-z0-9_./-]+)?";

    private static final String PLACE_RULE =
        "must be pvc://CLAIM/FOLDER, s3://BUCKET/FOLDER, gs://BUCKET/FOLDER or hf://ORG/NAME[@BRANCH]";
  }

  /**
   * Where checkpoints are copied to. A change of it holds from the next attempt on and makes no new
   * run.
   *
   * @param uri pvc://CLAIM/FOLDER in the job's namespace; or s3://BUCKET/FOLDER or
   *     gs://BUCKET/FOLDER, which a Secret of spec.credentials with purpose Checkpoints may list,
   *     read, write and delete. Each run has a folder of its own there.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Checkpoints(
      @Required
          @Size(min = 1, max = 1024)
          @ValidationRule(
              value = "self.matches('^(" + CHECKPOINT_PLACE + ")$')",
              message = CHECKPOINT_RULE)
          @ValidationRule(
              value = "!self.matches('(^|/)[.][.](/|$)')",
              message = "must not leave its volume: remove the '..' from the path")
          @Nullable String uri) {

    private static final String CHECKPOINT_PLACE =
        "pvc://[a-z0-9]([-.a-z0-9]*[a-z0-9])?/.+|(s3|gs)://[a-z0-9][a-z0-9._-]*[a-z0-9]/.+";

    private static final String CHECKPOINT_RULE =
        "must be pvc://CLAIM/FOLDER, s3://BUCKET/FOLDER or gs://BUCKET/FOLDER; the Hub keeps every"
            + " version for ever and is no place for checkpoints";
  }

  /**
   * Additions to the trainer pods.
   *
   * @param labels Labels added to the pods.
   * @param annotations Annotations added to the pods.
   * @param nodeSelector Nodes the pods may run on.
   * @param imagePullSecrets Names of the secrets that pull the image.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PodTemplate(
      @Nullable Map<String, String> labels,
      @Nullable Map<String, String> annotations,
      @Nullable Map<String, String> nodeSelector,
      @Size(max = 16) @Nullable List<String> imagePullSecrets) {}

  /**
   * Credentials for places outside the cluster.
   *
   * @param secretRef The Secret whose keys become environment variables.
   * @param purpose What they are for. Default: Sources.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Credential(
      @Required @Nullable SecretReference secretRef, @Nullable Purpose purpose) {}

  /** What credentials are for; name a Secret twice when it serves two. */
  public enum Purpose {
    /** Reading model and rows: the container that fetches them. */
    Sources,
    /**
     * Writing the result to an object store or the Hub: the pods that try the place and publish.
     */
    Outputs,
    /** Sending measurements to a tracking server: the trainer. */
    Tracking,
    /** Copying checkpoints to an object store: the trainer, and the pods that try and clear it. */
    Checkpoints
  }

  /**
   * A Secret of the job's namespace.
   *
   * @param name Name of the Secret.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SecretReference(@Required @Size(min = 1, max = 253) @Nullable String name) {}

  /**
   * How the run's pods are admitted where quota is short.
   *
   * @param provider Who admits them. Default: Auto.
   * @param name LocalQueue of Kueue in the job's namespace.
   * @param priority Place in the namespace's line for quota: higher goes first, then older.
   *     Default: 0. Kueue has priorities of its own.
   * @param priorityClassName WorkloadPriorityClass of Kueue.
   */
  @ValidationRule(
      value = "!has(self.provider) || self.provider != 'Kueue' || has(self.name)",
      message = "provider Kueue needs the name of a LocalQueue: write spec.queue.name")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Queue(
      @Nullable QueueProvider provider,
      @Size(min = 1, max = 63) @Nullable String name,
      @Nullable Integer priority,
      @Size(min = 1, max = 253) @Nullable String priorityClassName) {}

  /** Who admits the pods of a run. */
  public enum QueueProvider {
    /** Kueue when a queue is named, else ResourceQuota where one limits what the pods ask for. */
    Auto,
    /** Nobody: pods are created at once, and those that quota refuses are tried again. */
    None,
    /** The operator: it reserves quota for all pods of a stage before the first of them runs. */
    ResourceQuota,
    /** Kueue, by the queue that is named. */
    Kueue
  }
}
