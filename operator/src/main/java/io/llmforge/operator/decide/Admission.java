package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.observe.HeldJob;
import java.util.List;
import java.util.stream.Stream;

/**
 * What becomes of a decision where pods need quota.
 *
 * @param decision what should happen
 * @param creation how the objects that are wanted are created
 * @param release pods to let go
 */
public record Admission(Decision decision, Creation creation, List<HeldJob.GatedPod> release) {

  public Admission {
    requireNonNull(decision, "decision");
    requireNonNull(creation, "creation");
    release = List.copyOf(release);
  }

  static Admission of(Decision decision) {
    return new Admission(decision, Creation.AT_ONCE, List.of());
  }

  static Admission hold(Decision.Queue decision) {
    return new Admission(decision, Creation.NOT_YET, List.of());
  }

  /** The same, with more pods to let go. */
  Admission releasing(List<HeldJob.GatedPod> more) {
    return new Admission(
        decision, creation, Stream.concat(release.stream(), more.stream()).toList());
  }

  /** How the objects that are wanted are created. */
  public enum Creation {
    /** Not at all: the run waits. */
    NOT_YET,
    /** As they are. */
    AT_ONCE,
    /** With a Job that is submitted to a queue of Kueue. */
    SUBMITTED,
    /** With pods that are held until all of them are there. */
    HELD
  }
}
