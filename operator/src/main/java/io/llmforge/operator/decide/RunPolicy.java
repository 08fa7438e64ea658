package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Backoff;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.OnOom;
import io.llmforge.operator.observe.Observation;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is done when an attempt fails and how long anything may take, with every choice made.
 *
 * @param asked what the spec says
 */
record RunPolicy(FineTuneJobSpec.RunPolicy asked) {

  private static final int MAXIMUM_RETRIES = 3;
  private static final int INITIAL_PAUSE_SECONDS = 30;
  private static final int LONGEST_PAUSE_SECONDS = 600;
  private static final long HANG_SECONDS = 1800;

  private static final FineTuneJobSpec.RunPolicy NOTHING_ASKED =
      new FineTuneJobSpec.RunPolicy(null, null, null, null, null, null, null, null);
  private static final Backoff NO_BACKOFF_ASKED = new Backoff(null, null);

  static RunPolicy of(FineTuneJobSpec spec) {
    return new RunPolicy(requireNonNullElse(spec.runPolicy(), NOTHING_ASKED));
  }

  static RunPolicy of(Observation observation) {
    return of(observation.request().spec());
  }

  /** Counted failures after which a run is still tried again. */
  int maximumRetries() {
    return requireNonNullElse(asked.maxRetries(), MAXIMUM_RETRIES);
  }

  /** Pause before the attempt that follows a run's counted failure, the first, second and so on. */
  Duration pauseAfter(int failures) {
    Backoff backoff = requireNonNullElse(asked.backoff(), NO_BACKOFF_ASKED);
    long longest = requireNonNullElse(backoff.maxSeconds(), LONGEST_PAUSE_SECONDS);
    long pause = requireNonNullElse(backoff.initialSeconds(), INITIAL_PAUSE_SECONDS);
    for (int failure = 1; failure < failures && pause < longest; failure++) {
      pause *= 2;
    }
    return Duration.ofSeconds(Math.min(pause, longest));
  }

  /** Longest time at work, all attempts together. */
  Optional<Duration> activeDeadline() {
    return seconds(asked.activeDeadlineSeconds());
  }

  /** Longest time until the first pod of a run works. */
  Optional<Duration> startDeadline() {
    return seconds(asked.startDeadlineSeconds());
  }

  /** Longest time until all pods of an attempt work. */
  Optional<Duration> podsReadyTimeout() {
    return seconds(asked.podsReadyTimeoutSeconds());
  }

  /** Longest time without a step. */
  Optional<Duration> hangTimeout() {
    return seconds(requireNonNullElse(asked.hangTimeoutSeconds(), HANG_SECONDS))
        .filter(timeout -> !timeout.isZero());
  }

  /** How long a pod may take to save; empty when that is to be learnt. */
  Optional<Duration> terminationGrace() {
    return seconds(asked.terminationGracePeriodSeconds());
  }

  OnOom onOom() {
    return requireNonNullElse(asked.onOom(), OnOom.Fail);
  }

  private static Optional<Duration> seconds(@Nullable Long asked) {
    return Optional.ofNullable(asked).map(Duration::ofSeconds);
  }
}
