package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is done when an attempt fails, with every choice made.
 *
 * @param maximumRetries counted failures after which a run is made again
 * @param initialPause pause after the first counted failure
 * @param longestPause no pause is longer
 */
record RunPolicy(int maximumRetries, Duration initialPause, Duration longestPause) {

  private static final int MAXIMUM_RETRIES = 3;
  private static final int INITIAL_PAUSE_SECONDS = 30;
  private static final int LONGEST_PAUSE_SECONDS = 600;

  private static final FineTuneJobSpec.RunPolicy NOTHING_ASKED =
      new FineTuneJobSpec.RunPolicy(null, null);

  static RunPolicy of(FineTuneJobSpec spec) {
    FineTuneJobSpec.RunPolicy asked = requireNonNullElse(spec.runPolicy(), NOTHING_ASKED);
    Backoff backoff = requireNonNullElse(asked.backoff(), new Backoff(null, null));
    return new RunPolicy(
        requireNonNullElse(asked.maxRetries(), MAXIMUM_RETRIES),
        seconds(backoff.initialSeconds(), INITIAL_PAUSE_SECONDS),
        seconds(backoff.maxSeconds(), LONGEST_PAUSE_SECONDS));
  }

  /** Pause before the attempt that follows a run's counted failure. */
  Duration pauseAfter(int failures) {
    Duration pause = initialPause;
    for (int failure = 1; failure < failures && pause.compareTo(longestPause) < 0; failure++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }

  private static Duration seconds(@Nullable Integer asked, int otherwise) {
    return Duration.ofSeconds(requireNonNullElse(asked, otherwise));
  }
}
