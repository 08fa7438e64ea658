package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StageJob;
import java.time.Instant;

/** What should happen. */
public sealed interface Decision {

  /** What became of the present config. */
  Planning planning();

  /** The config cannot be trained, and nothing else is to be done until it changes. */
  record Refuse(Planning.Refused planning) implements Decision {
    public Refuse {
      requireNonNull(planning, "planning");
    }
  }

  /** Nothing was found wrong that can be found without an accelerator; no more was asked. */
  record Validated(Planning.Planned planning, RunState run) implements Decision {
    public Validated {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
    }
  }

  /**
   * The present config is to be trained: its objects must exist.
   *
   * @param terms what a Job that does not exist yet is created with
   */
  record Train(Planning.Planned planning, RunState run, Attempt attempt, AttemptTerms terms)
      implements Decision {
    public Train {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
      requireNonNull(attempt, "attempt");
      requireNonNull(terms, "terms");
    }
  }

  /**
   * The next pods of a run wait for quota; of its objects none but a Job that collects them.
   *
   * @param attempt the attempt that would be made
   */
  record Queue(Planning planning, RunState run, Attempt attempt, Hold hold) implements Decision {

    public Queue {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
      requireNonNull(attempt, "attempt");
      requireNonNull(hold, "hold");
    }
  }

  /** The run of an earlier config is under way: its end is awaited, and nothing is created. */
  record Await(Planning planning, RunState run, Attempt.AtWork attempt) implements Decision {
    public Await {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
      requireNonNull(attempt, "attempt");
    }
  }

  /** The run is to be suspended: the Job of its attempt is stopped, and its last pod awaited. */
  record Suspending(Planning planning, RunState run, StageJob job) implements Decision {
    public Suspending {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
      requireNonNull(job, "job");
    }
  }

  /** The attempt is to be ended, not the user's wish: its Job is stopped, its last pod awaited. */
  record Stopping(Planning planning, RunState run, StageJob job, StopCause cause)
      implements Decision {
    public Stopping {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
      requireNonNull(job, "job");
      requireNonNull(cause, "cause");
    }

    /** What the end of the attempt will be for the run. */
    public Failure failure(Observation observation) {
      return StopJudge.failure(cause, job, observation);
    }
  }

  /**
   * The attempt before failed, and its next one is to be made later: nothing of the run is at work.
   *
   * @param until when it begins
   */
  record BackOff(Planning.Planned planning, RunState run, Attempt.Again attempt, Instant until)
      implements Decision {
    public BackOff {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
      requireNonNull(attempt, "attempt");
      requireNonNull(until, "until");
    }
  }

  /** The run is suspended: nothing of it is at work, and its attempt is the next to be made. */
  record Suspended(Planning.Planned planning, RunState run, Attempt attempt) implements Decision {
    public Suspended {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
      requireNonNull(attempt, "attempt");
    }
  }

  /** The run has just completed. */
  record Succeed(Planning planning, RunState run, TrainingReport.Completed report)
      implements Decision {
    public Succeed {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
      requireNonNull(report, "report");
    }
  }

  /** The run has just failed for good. */
  record Fail(Planning planning, RunState run, Failure failure) implements Decision {
    public Fail {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
      requireNonNull(failure, "failure");
    }
  }

  /** The run ended earlier, as the status records; what became of its objects does not matter. */
  record Rest(Planning planning, RunState run) implements Decision {
    public Rest {
      requireNonNull(planning, "planning");
      requireNonNull(run, "run");
    }
  }
}
