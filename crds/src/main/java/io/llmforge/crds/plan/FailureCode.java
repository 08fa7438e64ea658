package io.llmforge.crds.plan;

import java.util.Arrays;
import java.util.Optional;

/**
 * How a trainer ends when it does not complete. The exit code is what Kubernetes sees (most follow
 * BSD sysexits.h), the name is what users see as a condition reason.
 */
public enum FailureCode {
  USAGE_ERROR(64, "UsageError", FailureClass.FATAL),
  DATASET_INVALID(65, "DatasetInvalid", FailureClass.FATAL),
  SOURCE_NOT_FOUND(66, "SourceNotFound", FailureClass.FATAL),
  STORAGE_UNAVAILABLE(69, "StorageUnavailable", FailureClass.RETRY),
  INTERNAL_ERROR(70, "InternalError", FailureClass.RETRY),
  CANNOT_WRITE_OUTPUT(73, "CannotWriteOutput", FailureClass.FATAL),
  CHECKPOINTED_AND_STOPPED(75, "CheckpointedAndStopped", FailureClass.RESUME),
  ACCESS_DENIED(77, "AccessDenied", FailureClass.FATAL),
  /** Also models: an architecture we do not know, weights that do not fit their config. */
  INVALID_CONFIG(78, "InvalidConfig", FailureClass.FATAL),
  ACCELERATOR_OUT_OF_MEMORY(80, "AcceleratorOutOfMemory", FailureClass.FATAL),
  DIVERGED(81, "Diverged", FailureClass.FATAL),
  COMMUNICATION_FAILURE(82, "CommunicationFailure", FailureClass.RETRY),
  ACCELERATOR_FAILURE(83, "AcceleratorFailure", FailureClass.RETRY),
  HANG(84, "Hang", FailureClass.RETRY);

  /** What a failure means for the run. */
  public enum FailureClass {
    /** The same attempt again would fail the same way. */
    FATAL,
    /** Another attempt may succeed; it is counted. */
    RETRY,
    /** Nothing is wrong: continue from the checkpoint; not counted. */
    RESUME
  }

  private final int exitCode;
  private final String reason;
  private final FailureClass failureClass;

  FailureCode(int exitCode, String reason, FailureClass failureClass) {
    this.exitCode = exitCode;
    this.reason = reason;
    this.failureClass = failureClass;
  }

  public int exitCode() {
    return exitCode;
  }

  /** CamelCase reason of a Kubernetes condition. */
  public String reason() {
    return reason;
  }

  public FailureClass failureClass() {
    return failureClass;
  }

  public static Optional<FailureCode> ofExitCode(int exitCode) {
    return Arrays.stream(values()).filter(code -> code.exitCode == exitCode).findFirst();
  }
}
