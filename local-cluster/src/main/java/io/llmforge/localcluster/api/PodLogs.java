package io.llmforge.localcluster.api;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;

/** How the API server reads what a container wrote; the node that runs the pod answers. */
@FunctionalInterface
public interface PodLogs {

  /** A cluster without nodes: no container has written anything. */
  PodLogs NONE =
      query -> {
        throw new LogsUnavailableException("no node serves the logs of this cluster");
      };

  /**
   * The log of one container, oldest line first. With {@link Query#follow()} the stream stays open
   * and ends when the container has ended; the server closes it when the reader has gone.
   *
   * @throws LogsUnavailableException when there is nothing to read yet, or no longer
   */
  InputStream open(Query query) throws IOException;

  /** Which log, and how much of it. */
  record Query(
      String namespace,
      String pod,
      String container,
      boolean follow,
      boolean previous,
      boolean timestamps,
      Optional<Integer> tailLines,
      Optional<Long> limitBytes,
      Optional<Instant> since) {}

  /** The container has no log to read; the message is shown to the person who asked. */
  final class LogsUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    public LogsUnavailableException(String message) {
      super(message);
    }
  }
}
