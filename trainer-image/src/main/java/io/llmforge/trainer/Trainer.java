package io.llmforge.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingEstimate;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.trainer.distributed.TrainingGroup;
import io.llmforge.trainer.fetch.FetchControl;
import io.llmforge.trainer.fetch.PlanFetch;
import io.llmforge.trainer.fetch.RemoteSettings;
import io.llmforge.trainer.recipe.EstimateRecipe;
import io.llmforge.trainer.recipe.PlanInvalidException;
import io.llmforge.trainer.recipe.PreflightRecipe;
import io.llmforge.trainer.recipe.PublishRecipe;
import io.llmforge.trainer.recipe.ReferenceRecipe;
import io.llmforge.trainer.recipe.RunControl;
import io.llmforge.trainer.recipe.RunSurroundings;
import io.llmforge.trainer.recipe.TrainingRecipe;
import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.report.ProgressTracker;
import io.llmforge.trainer.report.StatusServer;
import io.llmforge.trainer.report.StatusToken;
import io.llmforge.trainer.report.TerminationMessage;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.storage.Volumes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * The process in a trainer pod. It always leaves a termination message, ends with the exit code of
 * its {@link FailureCode}, and after SIGTERM saves and ends with 75, never with 0 unless all was
 * done.
 */
public final class Trainer {

  private static final String FETCHED_SO_FAR = "what is fetched so far";

  private static final String SENT_SO_FAR = "what is sent so far";

  private static final String NOTHING_YET = "none";

  /** Runs when the process is told to end. */
  static final String STOPPING_THREAD = "stop-on-signal";

  private final TrainerSurroundings surroundings;
  private final ConsoleProgress console;
  private final ProgressTracker progress;
  private final RunControl control = new RunControl();

  Trainer(TrainerSurroundings surroundings) {
    this.surroundings = surroundings;
    this.console = new ConsoleProgress(surroundings.out(), surroundings.clock());
    this.progress = new ProgressTracker(surroundings.clock());
  }

  public static void main(String[] arguments) {
    runAsProcess(
        new TrainerSurroundings(System.getenv(), System.out, Clock.systemUTC()),
        List.of(arguments));
  }

  /** Halts instead of exiting: after SIGTERM, exiting would wait for the hook that waits for us. */
  static void runAsProcess(TrainerSurroundings surroundings, List<String> arguments) {
    var trainer = new Trainer(surroundings);
    Thread training = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> trainer.stopAndWait(training), STOPPING_THREAD));
    int exitCode = trainer.run(arguments);
    System.out.flush();
    System.err.flush();
    Runtime.getRuntime().halt(exitCode);
  }

  /** Runs to the end and gives the exit code. */
  int run(List<String> arguments) {
    if (TrainerArguments.asksForHelp(arguments)) {
      surroundings.out().print(TrainerArguments.HELP);
      return 0;
    }
    if (EstimateArguments.areMeant(arguments)) {
      return estimate(arguments);
    }
    Optional<TrainingReport> report = report(arguments);
    report.ifPresent(this::writeLastWords);
    return report.map(Trainer::exitCode).orElse(0);
  }

  private static int exitCode(TrainingReport report) {
    return switch (report) {
      case TrainingReport.Trained ignored -> 0;
      case TrainingReport.Completed ignored -> 0;
      case TrainingReport.Stopped ignored -> FailureCode.CHECKPOINTED_AND_STOPPED.exitCode();
      case TrainingReport.Failed failed -> failed.code().exitCode();
      case TrainingReport.Running ignored ->
          throw new IllegalStateException("a run cannot end by running");
    };
  }

  RunControl control() {
    return control;
  }

  // Whatever goes wrong, even an Error, must end in a message and an exit code.
  private Optional<TrainingReport> report(List<String> given) {
    try {
      if (PreflightArguments.areMeant(given)) {
        return preflight(PreflightArguments.parse(given));
      }
      TrainerArguments arguments = TrainerArguments.parse(given);
      return switch (arguments.command()) {
        case FETCH -> fetch(arguments);
        case TRAIN, REFERENCE -> Optional.of(train(arguments));
        case PUBLISH -> Optional.of(publish(arguments));
      };
    } catch (Throwable failure) {
      return Optional.of(failed(failure));
    }
  }

  private TrainingReport.Failed failed(Throwable failure) {
    FailureCode code = FailureCodes.of(failure);
    String message = failure.getMessage();
    if (code == FailureCode.INTERNAL_ERROR) {
      failure.printStackTrace(surroundings.out());
      message = "%s; this is a mistake in the trainer, its log has the details".formatted(failure);
    }
    return new TrainingReport.Failed(
        progress.progress(), code, message == null ? failure.toString() : message);
  }

  /** Leaves an estimate in the workspace; nobody waits for last words. */
  private int estimate(List<String> words) {
    try {
      EstimateArguments arguments = EstimateArguments.parse(words);
      TrainerArguments common = arguments.common();
      TrainingEstimate estimate =
          new EstimateRecipe(readPlan(common), surroundings(common), arguments.request())
              .estimate();
      Path file = common.workspace().resolve(PodContract.ESTIMATE_FILE);
      Files.writeString(file, PlanJson.writeIndented(estimate));
      return 0;
    } catch (Throwable failure) {
      TrainingReport.Failed failed = failed(failure);
      console.line("%s: %s".formatted(failed.code().reason(), failed.message()));
      return failed.code().exitCode();
    }
  }

  /** Copies remote sources into the workspace; an end without words means that all are there. */
  private Optional<TrainingReport> fetch(TrainerArguments arguments) {
    var fetchControl = new FetchControl(control::isStopRequested, Thread::sleep, console);
    var settings = new RemoteSettings(surroundings.environment());
    try {
      new PlanFetch(settings, fetchControl, surroundings.clock())
          .run(readPlan(arguments).remoteSources(), arguments.workspace(), arguments.cache());
      return Optional.empty();
    } catch (FetchControl.StoppedException e) {
      return Optional.of(new TrainingReport.Stopped(progress.progress(), FETCHED_SO_FAR));
    }
  }

  /**
   * Looks at everything; an end without words means that nothing is wrong and training can begin.
   */
  private Optional<TrainingReport> preflight(PreflightArguments arguments) {
    TrainerArguments common = arguments.common();
    try {
      return new PreflightRecipe(readPlan(common), surroundings(common), arguments.memoryBytes())
          .run();
    } catch (FetchControl.StoppedException e) {
      return Optional.of(new TrainingReport.Stopped(progress.progress(), NOTHING_YET));
    }
  }

  /** Brings what a trainer has finished to its place outside the cluster. */
  private TrainingReport publish(TrainerArguments arguments) {
    try {
      return new PublishRecipe(readPlan(arguments), surroundings(arguments)).run();
    } catch (FetchControl.StoppedException e) {
      return new TrainingReport.Stopped(progress.progress(), SENT_SO_FAR);
    }
  }

  private TrainingReport train(TrainerArguments arguments) {
    TrainingPlan plan = readPlan(arguments);
    RunSurroundings run = surroundings(arguments);
    if (arguments.shard().isPresent()) {
      return new ReferenceRecipe(plan, arguments.shard().getAsInt(), run).run();
    }
    Optional<StatusServer> server = startServer(arguments);
    try {
      return train(plan, run);
    } finally {
      server.ifPresent(StatusServer::close);
    }
  }

  private TrainingReport train(TrainingPlan plan, RunSurroundings run) {
    var pod = new PodGroup(surroundings.environment(), surroundings.address());
    Optional<TrainingGroup> joined = pod.join(plan, control::isStopRequested, console::line);
    if (joined.isEmpty()) {
      return new TrainingReport.Stopped(progress.progress(), NOTHING_YET);
    }
    try (TrainingGroup group = joined.get()) {
      try {
        return new TrainingRecipe(plan, run, group).run();
      } catch (FetchControl.StoppedException e) {
        // While checkpoints are brought back: there is nothing of this workspace to go on from.
        group.abandon(FailureCode.CHECKPOINTED_AND_STOPPED.reason() + ": it was asked to stop");
        return new TrainingReport.Stopped(progress.progress(), NOTHING_YET);
      } catch (Throwable failure) {
        group.abandon("%s: %s".formatted(FailureCodes.of(failure).reason(), failure.getMessage()));
        throw failure;
      }
    }
  }

  private RunSurroundings surroundings(TrainerArguments arguments) {
    return new RunSurroundings(
        new Volumes(arguments.workspace(), arguments.volumes(), arguments.cache()),
        control,
        progress,
        console,
        surroundings.clock(),
        surroundings.memory(),
        surroundings.environment(),
        arguments.microBatchDivisor(),
        arguments.copies());
  }

  private static TrainingPlan readPlan(TrainerArguments arguments) {
    try {
      return PlanJson.read(Files.readString(arguments.plan()), TrainingPlan.class);
    } catch (JsonProcessingException e) {
      throw new PlanInvalidException(
          "%s is not a training plan this trainer reads: %s"
              .formatted(arguments.plan(), e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw StorageException.reading(arguments.plan().toString(), e);
    }
  }

  /** The endpoints only inform: a run without them is a run. */
  private Optional<StatusServer> startServer(TrainerArguments arguments) {
    var address = new InetSocketAddress(surroundings.address(), arguments.statusPort());
    try {
      StatusServer server = StatusServer.start(address, progress, control, statusToken(arguments));
      console.line(
          "[status] http://%s:%d".formatted(surroundings.address(), server.address().getPort()));
      return Optional.of(server);
    } catch (IOException e) {
      console.warning("no status server on %s: %s".formatted(address, e.getMessage()));
      return Optional.empty();
    }
  }

  // A server that should ask for a token and does not know it must not answer.
  private static StatusToken statusToken(TrainerArguments arguments) throws IOException {
    return arguments.statusTokenFile().isPresent()
        ? StatusToken.in(arguments.statusTokenFile().get())
        : StatusToken.NONE;
  }

  private void writeLastWords(TrainingReport report) {
    if (report instanceof TrainingReport.Failed failed) {
      console.line("%s: %s".formatted(failed.code().reason(), failed.message()));
    }
    surroundings
        .terminationLog()
        .ifPresent(
            file -> {
              try {
                TerminationMessage.write(file, report);
              } catch (IOException e) {
                console.warning("no termination message in %s: %s".formatted(file, e));
              }
            });
  }

  private void stopAndWait(Thread training) {
    control.stop();
    try {
      training.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
