package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.CheckpointPlace;
import java.time.Duration;

/**
 * What the pod is told of copies of checkpoints.
 *
 * @param place where they go
 * @param grace how long the pod may take to end once it is told to
 */
public record CopyOrder(CheckpointPlace place, Duration grace) {

  /**
   * Kubernetes sends SIGTERM and, after the grace, kills: what is left is for the process's end.
   */
  private static final double SHARE_OF_GRACE = 0.8;

  /** For the end of the process itself. */
  private static final Duration EXIT = Duration.ofSeconds(5);

  /**
   * How long a copy may take, from when the pod was told to end; zero when there is no time.
   *
   * @param closing how long what is closed afterwards may take
   */
  Duration patience(Duration closing) {
    Duration share = Duration.ofMillis((long) (SHARE_OF_GRACE * grace.toMillis()));
    Duration left = grace.minus(closing).minus(EXIT);
    Duration least = share.compareTo(left) < 0 ? share : left;
    return least.isNegative() ? Duration.ZERO : least;
  }
}
