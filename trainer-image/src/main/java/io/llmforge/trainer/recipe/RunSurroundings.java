package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.report.ProgressTracker;
import io.llmforge.trainer.storage.Volumes;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

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
 * @param copies where checkpoints are copied to, when they are
 */
public record RunSurroundings(
    Volumes volumes,
    RunControl control,
    ProgressTracker progress,
    ConsoleProgress console,
    InstantSource clock,
    HostMemory memory,
    Map<String, String> environment,
    int microBatchDivisor,
    Optional<CopyOrder> copies) {

  public RunSurroundings {
    environment = Map.copyOf(environment);
  }

  /** Those of a run whose checkpoints stay in its workspace. */
  public RunSurroundings(
      Volumes volumes,
      RunControl control,
      ProgressTracker progress,
      ConsoleProgress console,
      InstantSource clock,
      HostMemory memory,
      Map<String, String> environment,
      int microBatchDivisor) {
    this(
        volumes,
        control,
        progress,
        console,
        clock,
        memory,
        environment,
        microBatchDivisor,
        Optional.empty());
  }
}
