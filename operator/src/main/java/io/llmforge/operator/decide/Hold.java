package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.observe.StageJob;
import java.time.Duration;
import java.util.Optional;

/** Why the pods of a stage do not run yet although nothing is wrong with the run. */
public sealed interface Hold {

  /** What kind of wait it is. */
  Reason reason();

  /** What it waits for, in whole sentences. */
  String message();

  /** What is short, "" when nothing is or when it is not known. */
  default String shortfall() {
    return "";
  }

  /** Name of the stage's Job, when there is one. */
  default Optional<String> job() {
    return Optional.empty();
  }

  /** When to look again although nothing has changed. */
  default Optional<Duration> patience() {
    return Optional.empty();
  }

  /**
   * It has a place in the line of its namespace.
   *
   * @param position from 1
   * @param shortfall what is short now, "" when it would fit
   * @param before what else it waits for, "" when for nothing
   */
  record InLine(int position, String shortfall, String before) implements Hold {

    public InLine {
      requireNonNull(shortfall, "shortfall");
      requireNonNull(before, "before");
    }

    @Override
    public Reason reason() {
      return Reason.WAITING_FOR_QUOTA;
    }

    @Override
    public String message() {
      String place = "Place %d in the line of its namespace%s.".formatted(position, before);
      return shortfall.isEmpty() ? place : shortfall + ". " + place;
    }
  }

  /**
   * A quota has not as much as it needs, whoever gives something back.
   *
   * @param shortfall which quota, and by how much
   */
  record TooLarge(String shortfall) implements Hold {

    public TooLarge {
      requireNonNull(shortfall, "shortfall");
    }

    @Override
    public Reason reason() {
      return Reason.EXCEEDS_QUOTA_LIMIT;
    }

    @Override
    public String message() {
      return "%s. %s".formatted(shortfall, Reason.EXCEEDS_QUOTA_LIMIT.sentence());
    }
  }

  /**
   * Its Job is creating pods; they are held, and charged, until all of them are there.
   *
   * @param name name of the Job
   * @param pods how many are there
   * @param expected how many it needs
   * @param left until the reservation is withdrawn
   */
  record Collecting(String name, int pods, int expected, Duration left) implements Hold {

    public Collecting {
      requireNonNull(name, "name");
      requireNonNull(left, "left");
    }

    @Override
    public Reason reason() {
      return Reason.RESERVING;
    }

    // Without a count: it would be another status for every pod.
    @Override
    public String message() {
      return "Job %s creates %d %s; quota is charged for each, and none runs before all are there."
          .formatted(name, expected, expected == 1 ? "pod" : "pods");
    }

    @Override
    public Optional<String> job() {
      return Optional.of(name);
    }

    @Override
    public Optional<Duration> patience() {
      return Optional.of(left);
    }
  }

  /**
   * Its Job did not get all its pods in time: it is suspended, which gives back what it got.
   *
   * @param work the Job
   */
  record Withdrawing(StageJob work) implements Hold {

    public Withdrawing {
      requireNonNull(work, "work");
    }

    @Override
    public Reason reason() {
      return Reason.RESERVATION_WITHDRAWN;
    }

    @Override
    public String message() {
      return incomplete(work.name(), "");
    }

    @Override
    public Optional<String> job() {
      return Optional.of(work.name());
    }
  }

  /**
   * A reservation was withdrawn; until the next the others of its namespace may go.
   *
   * @param last name of the Job that did not get all its pods
   * @param hint what may be in the way, "" or a sentence
   * @param left until the next
   */
  record Pausing(String last, String hint, Duration left) implements Hold {

    public Pausing {
      requireNonNull(last, "last");
      requireNonNull(hint, "hint");
      requireNonNull(left, "left");
    }

    @Override
    public Reason reason() {
      return Reason.RESERVATION_WITHDRAWN;
    }

    @Override
    public String message() {
      return incomplete(last, hint);
    }

    @Override
    public Optional<Duration> patience() {
      return Optional.of(left);
    }
  }

  private static String incomplete(String job, String hint) {
    return "Job %s did not get all its pods in time; its events say why (kubectl describe job %s). %s%s"
        .formatted(job, job, hint, Reason.RESERVATION_WITHDRAWN.sentence());
  }
}
