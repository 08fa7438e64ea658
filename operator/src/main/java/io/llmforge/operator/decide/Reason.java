package io.llmforge.operator.decide;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Every reason a condition can have, with the sentence that says what it means or what to do. */
public enum Reason {
  // Accepted.
  VALID("The config is accepted."),
  INVALID_CONFIG("Correct the named keys; a changed spec is read at once."),
  UNSUPPORTED_TASK("Use causal_lm, instruction_tuning, classification or preference_tuning."),
  UNSUPPORTED_SOURCE(
      "Write pvc://CLAIM/PATH, s3://BUCKET/KEY, gs://BUCKET/KEY, https://HOST/PATH or, for a model,"
          + " its Hugging Face id."),

  // Quota.
  WAITING_FOR_QUOTA("The run starts by itself when its turn has come and the quota is free."),
  EXCEEDS_QUOTA_LIMIT(
      "Ask for less, or have the quota raised; the run starts by itself when it fits."),
  RESERVING("Quota is charged for every pod of the stage before the first of them runs."),
  RESERVATION_WITHDRAWN("What it got is given back; it is tried again by itself."),
  RESERVED("The quota of all pods is reserved."),
  WAITING_IN_QUEUE("Kueue starts the run when its turn has come."),
  ADMITTED("Kueue has admitted the pods."),
  EVICTED(
      "It continues from its newest checkpoint as a new attempt, which queues; no try is used up."),
  SUSPENDED_BY_OTHER(
      "Set the Job's spec.suspend to false; where a queue takes Jobs without a queue name, write"
          + " spec.queue.name."),

  // The way of a run.
  NOT_STARTED("No run has been started."),
  VALIDATING("Data, model and places are looked at, without an accelerator."),
  VERIFIED("Sources are in reach of the run's pods, and nothing was found wrong with them."),
  VALIDATED("Config, data, model and places are in order; remove spec.validateOnly to train."),
  STARTING("The run's objects are created."),
  PODS_PENDING("The pod is about to start."),
  FETCHING_SOURCES("Model and data are being copied into the run's workspace."),
  UNSCHEDULABLE("Free or add nodes with what the pod asks for, or lower spec.resources."),
  IMAGE_PULL_FAILED(
      "Correct spec.image or its pull secrets, then delete the run's Job to start it again."),
  CONTAINER_NOT_CREATED("Create what the pod misses; it starts by itself then."),
  SCORING("The starting model's log-probabilities of the pairs are being computed."),
  COMPUTED("The starting model's log-probabilities are in the run's workspace."),
  CACHE_HIT("Every pair had been scored before, and no model was loaded for it."),
  NOT_REQUIRED("The task needs no log-probabilities of the starting model."),
  REFERENCE_STOPPED("The pods that score begin anew, and training goes on beside them."),
  SHARDS_FAILED("Not every pair has the starting model's log-probabilities."),
  LOADING("The trainer loads model and data."),
  ALL_PODS_READY("The trainer is at work."),
  BACKING_OFF("Nothing needs to be done; spec.runPolicy.backoff says how long the pauses are."),
  RESTARTING("The next attempt continues from what is done: scored shards, the last checkpoint."),
  NOT_SUSPENDED("Nobody has suspended the job."),
  SUSPENDING("The pods save a checkpoint and end."),
  SUSPENDED_BY_USER("Set spec.suspend to false to continue from the newest checkpoint."),
  RESUMED("The run continues from its newest checkpoint."),
  NOT_PUBLISHED("The run has no result yet."),
  PUBLISHING("The finished result is being brought to its place outside the cluster."),
  PUBLISHED("The result is at its place, and was looked at there."),
  ENDED("The run has ended."),
  IN_PROGRESS("The run is under way."),
  COMPLETED("The result is published."),
  ADOPTED("A run of the same content had published the result before; nothing was trained."),
  NOT_FAILED("Nothing has failed."),
  NOT_STALLED("Nothing is in the way."),

  // How training goes.
  PROGRESSING("Steps follow each other."),
  NO_RECENT_STEP("Look at the trainer's log; the attempt is made again if it stays so."),
  REPORT_UNAVAILABLE("Nobody knows how training goes; the run goes on, and its end will tell."),
  NOT_TRAINING("Nothing is being trained."),
  SAVED("Another attempt continues from it."),
  NOT_YET("The run has no checkpoint yet; another attempt would begin with the first step."),

  // Objects that could not be created.
  QUOTA_EXCEEDED("Free quota in the namespace, or ask for more; it is tried again by itself."),
  FORBIDDEN("Give the operator's service account the named right; it is tried again by itself."),
  NAME_TAKEN("Delete or rename the object that is in the way; it is tried again by itself."),
  CREATE_FAILED("It is tried again by itself; see the API server's message."),

  // Failures of a run, as the trainer names them.
  USAGE_ERROR("Use a trainer image of the same version as the operator."),
  DATASET_INVALID("Correct the named row of the dataset."),
  SOURCE_NOT_FOUND(
      "Correct the named path or model, or put the file there; what is private needs spec.credentials."),
  STORAGE_UNAVAILABLE("Check the storage or server behind the named path, and the way to it."),
  INTERNAL_ERROR("Look at the pod's log; this may be a defect of the trainer."),
  CANNOT_WRITE_OUTPUT("Free or enlarge the named volume, and check that it can be written."),
  CHECKPOINTED_AND_STOPPED("The next attempt continues from the checkpoint."),
  ACCESS_DENIED(
      "Give the trainer (user 10001) the right to read the named path, or spec.credentials that may"
          + " read the named source or write the named output."),
  ACCELERATOR_OUT_OF_MEMORY(
      "Lower train_batch_size_per_device and raise gradient_accumulation_steps by the same factor,"
          + " or lower context_length."),
  DIVERGED("Lower learning_rate or raise num_warmup_steps."),
  COMMUNICATION_FAILURE("Check the network between the pods of the run."),
  ACCELERATOR_FAILURE("Check the accelerator of the named node."),
  HANG("Look at the pod's log for the step that did not end."),

  // Failures of a run, as Kubernetes names them.
  HOST_OUT_OF_MEMORY("Raise spec.resources.perDevice.memory or lower context_length."),
  KILLED("Find out what killed the pod; the next attempt continues from the last checkpoint."),
  NATIVE_CRASH("Look at the pod's log for the native library that crashed."),
  UNEXPECTED_EXIT("Look at the pod's log; the image may not be a trainer."),
  UNPROVEN_COMPLETION(
      "The process ended with 0 and without a completion report; use a trainer image of the same"
          + " version as the operator."),
  POD_LOST("Find out what deleted the pod or Job; the next attempt continues from the checkpoint."),
  DEADLINE_EXCEEDED(
      "Raise spec.runPolicy.activeDeadlineSeconds; the run goes on then from its newest checkpoint."),
  START_DEADLINE_EXCEEDED(
      "Free what the pods wait for, or raise spec.runPolicy.startDeadlineSeconds."),
  PODS_NOT_READY(
      "Look at what the pods wait for (kubectl describe pod); the next attempt asks anew."),
  REPEATED_FAILURE("Another attempt would end there again: look at the named step.");

  private final String sentence;

  Reason(String sentence) {
    this.sentence = sentence;
  }

  /** What it means, or what to do about it. */
  public String sentence() {
    return sentence;
  }

  /** The reason as a condition has it, in CamelCase. */
  public String text() {
    return Arrays.stream(name().split("_", -1))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  /** The reason with this {@link #text()}. */
  public static Optional<Reason> ofText(String text) {
    return Arrays.stream(values()).filter(reason -> reason.text().equals(text)).findFirst();
  }

  /** How a run came to its result. */
  public static Reason of(TrainingReport.Origin origin) {
    return switch (origin) {
      case TRAINED -> COMPLETED;
      case ADOPTED -> ADOPTED;
    };
  }

  /** The reason of the same name. */
  public static Reason of(FailureCode code) {
    return switch (code) {
      case USAGE_ERROR -> USAGE_ERROR;
      case DATASET_INVALID -> DATASET_INVALID;
      case SOURCE_NOT_FOUND -> SOURCE_NOT_FOUND;
      case STORAGE_UNAVAILABLE -> STORAGE_UNAVAILABLE;
      case INTERNAL_ERROR -> INTERNAL_ERROR;
      case CANNOT_WRITE_OUTPUT -> CANNOT_WRITE_OUTPUT;
      case CHECKPOINTED_AND_STOPPED -> CHECKPOINTED_AND_STOPPED;
      case ACCESS_DENIED -> ACCESS_DENIED;
      case INVALID_CONFIG -> INVALID_CONFIG;
      case ACCELERATOR_OUT_OF_MEMORY -> ACCELERATOR_OUT_OF_MEMORY;
      case DIVERGED -> DIVERGED;
      case COMMUNICATION_FAILURE -> COMMUNICATION_FAILURE;
      case ACCELERATOR_FAILURE -> ACCELERATOR_FAILURE;
      case HANG -> HANG;
    };
  }
}
