package io.llmforge.localcluster.api;

import io.llmforge.localcluster.api.http.RequestLog;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * How to start a server.
 *
 * @param port the TCP port on 127.0.0.1; 0 takes a free one
 * @param clock the time of creation and deletion timestamps
 * @param logs where {@code kubectl logs} reads
 * @param stateFolder the folder of the journal; without it the objects end with the server
 * @param requests is told of every request
 */
public record ApiServerOptions(
    int port, Clock clock, PodLogs logs, Optional<Path> stateFolder, RequestLog requests) {

  public ApiServerOptions {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is outside 0 to 65535");
    }
  }

  /** A server on a free port that forgets everything when it is closed. */
  public static ApiServerOptions inMemory(Clock clock) {
    return new ApiServerOptions(0, clock, PodLogs.NONE, Optional.empty(), RequestLog.NONE);
  }

  public ApiServerOptions withPort(int port) {
    return new ApiServerOptions(port, clock, logs, stateFolder, requests);
  }

  public ApiServerOptions withLogs(PodLogs logs) {
    return new ApiServerOptions(port, clock, logs, stateFolder, requests);
  }

  public ApiServerOptions withStateFolder(Path folder) {
    return new ApiServerOptions(port, clock, logs, Optional.of(folder), requests);
  }

  public ApiServerOptions withRequests(RequestLog log) {
    return new ApiServerOptions(port, clock, logs, stateFolder, log);
  }
}
