package io.llmforge.localcluster.node.container;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Runs containers. */
public interface ContainerRuntime {
  /**
   * Starts an attempt.
   *
   * @throws ContainerStartException when the command cannot be executed
   */
  Running start(Launch launch) throws ContainerStartException, IOException;

  /** A container that was started. */
  interface Running {
    /** The exit code: 128 + n for a process that signal n ended. */
    CompletableFuture<Integer> exit();

    /** Asks the main process to end, SIGTERM. */
    void terminate();

    /** Ends everything the container started, at once. */
    void kill();

    /** Names the container in its pod's status. */
    String id();
  }

  /** The command cannot be executed. */
  final class ContainerStartException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    public ContainerStartException(String reason) {
      super(reason);
      this.reason = reason;
    }

    public String reason() {
      return reason;
    }
  }
}
