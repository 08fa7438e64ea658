package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.trainer.distributed.TrainingGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for scores that workers of the reference write while training goes on. */
final class ReferenceWaiting {

  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private final Optional<PairScores> scores;
  private final RunSurroundings run;
  private int newest = -1;
  private Instant newestAt = Instant.MAX;

  /**
   * Waits for some scores, or for none where the task needs none.
   *
   * @param scores what the workers have written
   * @param run the run that waits
   */
  ReferenceWaiting(Optional<PairScores> scores, RunSurroundings run) {
    this.scores = scores;
    this.run = run;
  }

  /** Whether all ranks have what they need; false when one of them was asked to stop before. */
  boolean until(BooleanSupplier prepared, TrainingGroup group) {
    while (true) {
      GroupRequests requests = GroupRequests.agreed(group, run.control(), prepared);
      if (requests.checkpoint()) {
        // There is nothing to save yet.
        run.control().checkpoint();
      }
      if (!requests.waiting()) {
        return true;
      }
      if (requests.stop()) {
        return false;
      }
      pause();
    }
  }

  /**
   * A moment, after which it may be worth another look.
   *
   * @throws ReferenceStalledException when no score has come for an hour
   */
  void pause() {
    run.progress().enter(Phase.SCORING);
    scores.ifPresent(this::requireMoving);
    LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
  }

  private void requireMoving(PairScores arriving) {
    Instant now = run.clock().instant();
    if (arriving.size() != newest) {
      if (newest < 0) {
        run.console()
            .line(
                "[reference] waits for scores in %s; %d pairs have theirs"
                    .formatted(arriving.folder().path(), arriving.size()));
      }
      newest = arriving.size();
      newestAt = now;
    } else if (now.isAfter(newestAt.plus(LONGEST))) {
      throw new ReferenceStalledException(
          "no score has come into %s for %d minutes, and %d pairs have theirs; see what the pods that score are at, or run the trainer's image with 'reference --shard=NUMBER' for each shard"
              .formatted(arriving.folder().path(), LONGEST.toMinutes(), arriving.size()));
    }
  }
}
