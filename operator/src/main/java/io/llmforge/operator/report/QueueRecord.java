package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Queue;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Hold;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.RecordedTime;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Records where a run stands in the line for quota. The others of its namespace read it. */
final class QueueRecord {

  private QueueRecord() {}

  static @Nullable Queue of(Observation observation, Decision decision, Instant now) {
    @Nullable Queue before = observation.recorded().queue();
    return switch (decision) {
      case Decision.Queue queue -> waiting(queue.hold(), before, now);
      case Decision.Train train ->
          train.attempt() instanceof Attempt.AtWork ? admitted(before, now) : null;
      case Decision.Await await -> admitted(before, now);
      case Decision.Suspending suspending -> admitted(before, now);
      case Decision.Stopping stopping -> admitted(before, now);
      case Decision.BackOff backOff -> null;
      case Decision.Suspended suspended -> null;
      case Decision.Refuse refuse -> null;
      case Decision.Validated validated -> null;
      case Decision.Succeed succeed -> admitted(before, now);
      case Decision.Fail fail -> admitted(before, now);
      case Decision.Rest rest -> admitted(before, now);
    };
  }

  private static Queue waiting(Hold hold, @Nullable Queue before, Instant now) {
    @Nullable String since = before == null ? null : before.waitingSince();
    return new Queue(
        hold.provider().orElse(null),
        hold instanceof Hold.InLine line ? line.position() : null,
        requireNonNullElse(since, RunRecord.text(now)),
        null,
        hold.shortfall().isEmpty() ? null : hold.shortfall());
  }

  private static @Nullable Queue admitted(@Nullable Queue before, Instant now) {
    if (before == null) {
      return null;
    }
    return RecordedTime.read(before.waitingSince())
        .map(since -> Duration.between(since, now).toSeconds())
        .map(seconds -> new Queue(before.provider(), null, null, seconds, null))
        .orElse(before);
  }
}
