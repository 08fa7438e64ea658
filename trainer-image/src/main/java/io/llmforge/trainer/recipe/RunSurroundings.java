package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.report.ProgressTracker;
import io.llmforge.trainer.storage.Volumes;
import java.time.InstantSource;
import java.util.Map;

/**
 * What a run stands in.
 *
 * @param volumes where the plan's locations are
 * @param control requests from outside
 * @param progress where the run says how far it is
 * @param console lines for the log
 * @param clock measures steps
 * @param memory what the machine has left
 * @param environment variables with addresses and credentials of places outside the cluster
 * @param microBatchDivisor by how much micro-batches are smaller than the plan has them
 */
public record RunSurroundings(
    Volumes volumes,
    RunControl control,
    ProgressTracker progress,
    ConsoleProgress console,
    InstantSource clock,
    HostMemory memory,
    Map<String, String> environment,
    int microBatchDivisor) {

  public RunSurroundings {
    environment = Map.copyOf(environment);
  }
}
