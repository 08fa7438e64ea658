package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.QueueProvider;
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

  /** Who admits the pods; empty when it is not known. */
  default Optional<QueueProvider> provider() {
    return Optional.of(QueueProvider.ResourceQuota);
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

  /**
   * Its Job waits in a queue of Kueue.
   *
   * @param name name of the Job
   * @param queue name of the LocalQueue
   * @param shortfall what Kueue says about it, "" when it has said nothing yet
   */
  record InKueue(String name, String queue, String shortfall) implements Hold {

    public InKueue {
      requireNonNull(name, "name");
      requireNonNull(queue, "queue");
      requireNonNull(shortfall, "shortfall");
    }

    @Override
    public Reason reason() {
      return Reason.WAITING_IN_QUEUE;
    }

    @Override
    public String message() {
      String where = "Job %s waits in queue %s of Kueue".formatted(name, queue);
      return shortfall.isEmpty()
          ? where + ", which has said nothing about it yet (is Kueue there, and the queue?)."
          : where + ": " + shortfall;
    }

    @Override
    public Optional<String> job() {
      return Optional.of(name);
    }

    @Override
    public Optional<QueueProvider> provider() {
      return Optional.of(QueueProvider.Kueue);
    }
  }

  /**
   * Kueue took its place away, or its queue was changed: its Job ends for good, and the next
   * attempt queues.
   *
   * @param work the Job
   * @param why what happened, "" or a sentence
   */
  record Evicting(StageJob work, String why) implements Hold {

    public Evicting {
      requireNonNull(work, "work");
      requireNonNull(why, "why");
    }

    @Override
    public Reason reason() {
      return Reason.EVICTED;
    }

    @Override
    public String message() {
      return "Job %s lost its place in Kueue. %s%s"
          .formatted(work.name(), why.isEmpty() ? "" : why + " ", Reason.EVICTED.sentence());
    }

    @Override
    public Optional<String> job() {
      return Optional.of(work.name());
    }

    @Override
    public Optional<QueueProvider> provider() {
      return Optional.of(QueueProvider.Kueue);
    }
  }

  /**
   * Somebody suspended its Job who was not asked to.
   *
   * @param name name of the Job
   */
  record ByOther(String name) implements Hold {

    public ByOther {
      requireNonNull(name, "name");
    }

    @Override
    public Reason reason() {
      return Reason.SUSPENDED_BY_OTHER;
    }

    @Override
    public String message() {
      return "Job %s was suspended, and not by this operator. %s"
          .formatted(name, Reason.SUSPENDED_BY_OTHER.sentence());
    }

    @Override
    public Optional<String> job() {
      return Optional.of(name);
    }

    @Override
    public Optional<QueueProvider> provider() {
      return Optional.empty();
    }
  }

  private static String incomplete(String job, String hint) {
    return "Job %s did not get all its pods in time; its events say why (kubectl describe job %s). %s%s"
        .formatted(job, job, hint, Reason.RESERVATION_WITHDRAWN.sentence());
  }
}
