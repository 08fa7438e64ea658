package io.llmforge.cli.scale;

import java.time.Duration;

/**
 * What the operator is given to do.
 *
 * @param jobs FineTuneJobs that exist at once
 * @param endsPerSecond how many pods end in a second, once all have run
 * @param pollInterval time between two questions to one trainer
 */
public record ScaleLoad(int jobs, int endsPerSecond, Duration pollInterval) {

  /** One that looks at the run, and its trainer. */
  public static final int PODS_PER_JOB = 2;

  public ScaleLoad {
    if (jobs < 1 || endsPerSecond < 1 || !pollInterval.isPositive()) {
      throw new IllegalArgumentException(
          "jobs, ends per second and poll interval must be positive: %d, %d, %s"
              .formatted(jobs, endsPerSecond, pollInterval));
    }
  }
}
