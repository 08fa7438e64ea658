package io.llmforge.trainer.distributed;

import java.time.Duration;

/**
 * How long a group waits.
 *
 * @param rendezvous until all ranks are there
 * @param silence without a sign of life until a rank counts as lost
 * @param patience for a rank that lives and does not come to a collective
 */
public record GroupTimes(Duration rendezvous, Duration silence, Duration patience) {

  /** Images are pulled for minutes, and rank 0 may tokenize and publish for longer. */
  public static final GroupTimes DEFAULT =
      new GroupTimes(Duration.ofMinutes(15), Duration.ofSeconds(30), Duration.ofHours(2));

  /** Several signs of life fit into the silence that means a loss. */
  Duration heartbeat() {
    return silence.dividedBy(6);
  }

  int silenceMillis() {
    return Math.toIntExact(silence.toMillis());
  }
}
