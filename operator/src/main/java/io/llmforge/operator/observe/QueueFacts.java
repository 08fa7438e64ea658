package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What stands between a FineTuneJob and its pods.
 *
 * @param now the present
 * @param self the FineTuneJob in the line
 * @param quotas the ResourceQuotas of its namespace
 * @param line the other FineTuneJobs of its namespace that wait for quota, in any order
 * @param collecting name of another FineTuneJob of its namespace that is collecting its pods
 * @param jobs its own Jobs whose pods are held
 * @param queued its own Jobs that Kueue, or anybody else, may suspend
 */
public record QueueFacts(
    Instant now,
    Waiting self,
    List<Quota> quotas,
    List<Waiting> line,
    Optional<String> collecting,
    List<HeldJob> jobs,
    List<QueuedJob> queued) {

  /** A namespace without quotas. */
  public static final QueueFacts NONE =
      new QueueFacts(
          Instant.EPOCH, new Waiting("", 0, ""), List.of(), List.of(), Optional.empty(), List.of());

  public QueueFacts {
    requireNonNull(now, "now");
    requireNonNull(self, "self");
    quotas = List.copyOf(quotas);
    line = List.copyOf(line);
    requireNonNull(collecting, "collecting");
    jobs = List.copyOf(jobs);
    queued = List.copyOf(queued);
  }

  /** One in which nobody but the operator has to do with Jobs. */
  public QueueFacts(
      Instant now,
      Waiting self,
      List<Quota> quotas,
      List<Waiting> line,
      Optional<String> collecting,
      List<HeldJob> jobs) {
    this(now, self, quotas, line, collecting, jobs, List.of());
  }

  /** The Job of that name, when others may suspend it. */
  public Optional<QueuedJob> queuedJob(String name) {
    return queued.stream().filter(job -> job.name().equals(name)).findFirst();
  }

  /** The held Job of that name. */
  public Optional<HeldJob> job(String name) {
    return jobs.stream().filter(job -> job.name().equals(name)).findFirst();
  }

  /** Its place in the line were it in it, from 1. */
  public int position() {
    return 1 + (int) line.stream().filter(other -> Waiting.ORDER.compare(other, self) < 0).count();
  }

  /**
   * A FineTuneJob in the line.
   *
   * @param name its name
   * @param priority higher goes first
   * @param created when it was created, RFC 3339; of two, the older goes first
   */
  public record Waiting(String name, int priority, String created) {

    static final Comparator<Waiting> ORDER =
        Comparator.comparing(Waiting::priority, Comparator.reverseOrder())
            .thenComparing(Waiting::created)
            .thenComparing(Waiting::name);

    public Waiting {
      requireNonNull(name, "name");
      requireNonNull(created, "created");
    }
  }
}
