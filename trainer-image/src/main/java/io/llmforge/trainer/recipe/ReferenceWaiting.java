package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective.ReferencePlan;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits until the workers have scored every shard.
 *
 * @param reference the workers
 * @param folder what they write
 * @param run the run that waits
 */
record ReferenceWaiting(ReferencePlan reference, ReferenceFolder folder, RunSurroundings run) {

  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  /**
   * Whether the reference is complete; false when the run was asked to stop before.
   *
   * @throws ReferenceFolder.InvalidException when it is still incomplete after an hour
   */
  boolean untilComplete() {
    List<Integer> missing = folder.missingShards(reference.shards());
    if (missing.isEmpty()) {
      return true;
    }
    run.progress().enter(Phase.SCORING);
    run.console()
        .line(
            "[reference] waits for shard(s) %s of %d in %s"
                .formatted(missing, reference.shards(), folder.path()));
    Instant end = run.clock().instant().plus(LONGEST);
    while (!missing.isEmpty()) {
      if (run.control().isStopRequested()) {
        return false;
      }
      if (run.clock().instant().isAfter(end)) {
        throw new ReferenceFolder.InvalidException(
            "shard(s) %s of the reference are not in %s after %d minutes; run the trainer's image with 'reference --shard=NUMBER' for each"
                .formatted(missing, folder.path(), LONGEST.toMinutes()));
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      missing = folder.missingShards(reference.shards());
    }
    return true;
  }
}
