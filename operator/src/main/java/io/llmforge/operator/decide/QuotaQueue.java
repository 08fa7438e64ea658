package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Queue;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.QueueProvider;
import io.llmforge.operator.decide.Admission.Creation;
import io.llmforge.operator.identity.RunNames;
import io.llmforge.operator.observe.HeldJob;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.QueueFacts;
import io.llmforge.operator.observe.StageJob;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reserves quota before anything runs, so that a stage gets all of its pods or none. The line of a
 * namespace is strict: by priority, then age; one FineTuneJob at a time collects its pods, and
 * nobody passes one that waits.
 */
public final class QuotaQueue {

  /** Time for a Job to get all its pods. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Pause after the first reservation that was withdrawn; it doubles with each. */
  public static final Duration SHORTEST_PAUSE = Duration.ofSeconds(10);

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final int MOST_DOUBLINGS = 5;

  /** Every tenth of a pause by which two that failed together may differ. */
  private static final int JITTER_STEPS = 10;

  private final Duration patience;
  private final Duration shortestPause;

  public QuotaQueue(Duration patience, Duration shortestPause) {
    this.patience = patience;
    this.shortestPause = shortestPause;
  }

  /**
   * What becomes of a decision.
   *
   * @param wished what should happen if there were no quotas
   * @param demand what the objects that it wishes for take of quotas
   */
  public Admission admit(Decision wished, Demand demand, Observation observation) {
    Admission admission = admitAlone(wished, demand, observation);
    return feeding(admission.decision(), observation)
        .map(job -> admission.releasing(job.gated()))
        .orElse(admission);
  }

  // Those that replace a pod that scored are let go at once: their place is reserved.
  private static Optional<HeldJob> feeding(Decision decision, Observation observation) {
    Optional<RunState> run =
        switch (decision) {
          case Decision.Train train -> Optional.of(train.run());
          case Decision.Queue queue -> Optional.of(queue.run());
          case Decision.Await await -> Optional.of(await.run());
          case Decision.BackOff backOff -> Optional.of(backOff.run());
          case Decision.Refuse refuse -> Optional.empty();
          case Decision.Validated validated -> Optional.empty();
          case Decision.Suspending suspending -> Optional.empty();
          case Decision.Stopping stopping -> Optional.empty();
          case Decision.Suspended suspended -> Optional.empty();
          case Decision.Succeed succeed -> Optional.empty();
          case Decision.Fail fail -> Optional.empty();
          case Decision.Rest rest -> Optional.empty();
        };
    return run.flatMap(training -> Streaming.beside(training, observation))
        .flatMap(reference -> observation.queue().job(reference.name()))
        .filter(job -> job.state() == HeldJob.State.RESERVED);
  }

  private Admission admitAlone(Decision wished, Demand demand, Observation observation) {
    return switch (wished) {
      case Decision.Train train -> admit(train, demand, observation);
      case Decision.Await await ->
          atWork(wished, new Work(await.planning(), await.run(), await.attempt()), observation);
      case Decision.Suspending suspending -> stopping(suspending, observation);
      case Decision.Refuse refuse -> Admission.of(wished);
      case Decision.Validated validated -> Admission.of(wished);
      case Decision.Queue queue -> Admission.of(wished);
      case Decision.Stopping stopping -> Admission.of(wished);
      case Decision.BackOff backOff -> Admission.of(wished);
      case Decision.Suspended suspended -> Admission.of(wished);
      case Decision.Succeed succeed -> Admission.of(wished);
      case Decision.Fail fail -> Admission.of(wished);
      case Decision.Rest rest -> Admission.of(wished);
    };
  }

  /** Whether a decision asks for pods that are not there yet. */
  public static boolean wantsPods(Decision decision) {
    return decision instanceof Decision.Train train && !(train.attempt() instanceof Attempt.AtWork);
  }

  private Admission admit(Decision.Train train, Demand demand, Observation observation) {
    return train.attempt() instanceof Attempt.AtWork work
        ? atWork(train, new Work(train.planning(), train.run(), work), observation)
        : start(train, demand, observation);
  }

  private Admission start(Decision.Train train, Demand demand, Observation observation) {
    if (KueueQueue.isAsked(observation)) {
      return KueueQueue.submit(train, observation);
    }
    if (!isNeeded(demand, observation)) {
      return Admission.of(train);
    }
    return hold(train.run(), demand, observation)
        .map(
            hold ->
                Admission.hold(
                    new Decision.Queue(train.planning(), train.run(), train.attempt(), hold)))
        .orElseGet(() -> reserve(train, demand, observation));
  }

  private static boolean isNeeded(Demand demand, Observation observation) {
    return switch (provider(observation)) {
      case Auto -> Shortage.isPossible(observation.queue().quotas(), demand);
      case ResourceQuota -> true;
      case None, Kueue -> false;
    };
  }

  private static QueueProvider provider(Observation observation) {
    @Nullable Queue queue = observation.request().spec().queue();
    @Nullable QueueProvider provider = queue == null ? null : queue.provider();
    return requireNonNullElse(provider, QueueProvider.Auto);
  }

  private Optional<Hold> hold(RunState run, Demand demand, Observation observation) {
    QueueFacts facts = observation.queue();
    List<Shortage> shortages = Shortage.of(facts.quotas(), demand);
    List<Shortage> forever = shortages.stream().filter(Shortage::isForever).toList();
    if (!forever.isEmpty()) {
      return Optional.of(new Hold.TooLarge(Shortage.text(forever)));
    }
    return pause(run, demand, observation)
        .or(() -> wait(Shortage.text(shortages), facts.position(), facts));
  }

  private static Optional<Hold> wait(String shortfall, int position, QueueFacts facts) {
    if (position > 1 || !shortfall.isEmpty()) {
      return Optional.of(new Hold.InLine(position, shortfall, ""));
    }
    return facts
        .collecting()
        .map(other -> new Hold.InLine(position, "", ", after " + other + ", which gets its pods"));
  }

  // Who steps aside loses its place meanwhile: what keeps its pods away may not keep others'.
  private Optional<Hold> pause(RunState run, Demand demand, Observation observation) {
    List<HeldJob> withdrawn =
        observation.queue().jobs().stream()
            .filter(job -> job.state() == HeldJob.State.WITHDRAWN)
            .filter(job -> job.mark().run() == run.number() && job.mark().stage() == run.stage())
            .toList();
    return withdrawn.stream()
        .max((one, other) -> one.since().compareTo(other.since()))
        .flatMap(
            last -> {
              Duration passed = Duration.between(last.since(), observation.queue().now());
              Duration left = pause(withdrawn.size(), last.name()).minus(passed);
              return left.isPositive()
                  ? Optional.of(
                      new Hold.Pausing(
                          last.name(),
                          Shortage.unstated(observation.queue().quotas(), demand),
                          left))
                  : Optional.empty();
            });
  }

  private Duration pause(int withdrawals, String name) {
    int doublings = Math.min(withdrawals - 1, MOST_DOUBLINGS);
    Duration pause = shortestPause.multipliedBy(1L << doublings);
    int jitter = Math.floorMod(name.hashCode(), JITTER_STEPS);
    Duration jittered = pause.plus(pause.multipliedBy(jitter).dividedBy(JITTER_STEPS));
    return jittered.compareTo(LONGEST_PAUSE) < 0 ? jittered : LONGEST_PAUSE;
  }

  private Admission reserve(Decision.Train train, Demand demand, Observation observation) {
    RunState run = train.run();
    String job =
        new RunNames(observation.request().owner().name(), run.number())
            .job(run.stage(), run.attempt());
    var hold = new Hold.Collecting(job, 0, demand.count(), patience);
    return new Admission(
        new Decision.Queue(train.planning(), run, train.attempt(), hold), Creation.HELD, List.of());
  }

  /** An attempt whose Job exists. */
  record Work(Planning planning, RunState run, Attempt.AtWork attempt) {

    static Work of(Decision.Suspending suspending) {
      return new Work(suspending.planning(), suspending.run(), Attempt.AtWork.of(suspending.job()));
    }

    Decision.Queue held(Hold hold) {
      return new Decision.Queue(planning, run, attempt, hold);
    }
  }

  private Admission atWork(Decision wished, Work work, Observation observation) {
    return KueueQueue.atWork(work, observation).orElseGet(() -> held(wished, work, observation));
  }

  private Admission held(Decision wished, Work work, Observation observation) {
    Optional<HeldJob> held = observation.queue().job(work.attempt().job());
    if (held.isEmpty()) {
      return Admission.of(wished);
    }
    return switch (held.get().state()) {
      case OVER, WITHDRAWN -> Admission.of(wished);
      case RESERVED -> release(wished, held.get());
      case COLLECTING ->
          held.get().hasAllPods()
              ? release(wished, held.get())
              : collect(work, held.get(), observation);
    };
  }

  private static Admission release(Decision wished, HeldJob held) {
    return new Admission(wished, Creation.AT_ONCE, held.gated());
  }

  private Admission collect(Work work, HeldJob held, Observation observation) {
    Duration left = patience.minus(Duration.between(held.since(), observation.queue().now()));
    Hold hold =
        left.isPositive()
            ? new Hold.Collecting(held.name(), held.pods(), held.expected(), left)
            : new Hold.Withdrawing(job(held, work.run(), observation));
    return Admission.hold(work.held(hold));
  }

  private static StageJob job(HeldJob held, RunState run, Observation observation) {
    return observation
        .job(run.number(), run.stage(), run.attempt())
        .orElseThrow(() -> new IllegalStateException("no Job " + held.name()));
  }

  // A Job that gives its reservation back is not one that the user suspends.
  private static Admission stopping(Decision.Suspending suspending, Observation observation) {
    boolean byUser = requireNonNullElse(observation.request().spec().suspend(), false);
    boolean withdrawn =
        observation
            .queue()
            .job(suspending.job().name())
            .filter(job -> job.state() == HeldJob.State.WITHDRAWN)
            .isPresent();
    if (byUser) {
      return Admission.of(suspending);
    }
    if (!withdrawn) {
      return KueueQueue.stopping(suspending, observation).orElseGet(() -> Admission.of(suspending));
    }
    return Admission.hold(Work.of(suspending).held(new Hold.Withdrawing(suspending.job())));
  }
}
