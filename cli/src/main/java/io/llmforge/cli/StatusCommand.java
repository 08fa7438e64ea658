package io.llmforge.cli;

import io.llmforge.cli.cluster.ClusterConnection;
import io.llmforge.cli.cluster.ClusterException;
import io.llmforge.cli.view.JobDetails;
import io.llmforge.cli.view.JobTable;
import io.llmforge.cli.view.JobTable.Namespaces;
import io.llmforge.cli.view.LiveView;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code llmforge status}: what a cluster's FineTuneJobs are doing. */
@Command(
    name = "status",
    description = {
      "Shows the FineTuneJobs of a cluster, or all about one of them.",
      "",
      "Without NAME a table; with NAME conditions, progress, metrics, what failed and what to do"
          + " about it, what was published, and events. --watch stays: the table is drawn again and"
          + " again, a job is followed until it ends."
    },
    exitCodeList = {
      "0:shown; with NAME and --watch: the run succeeded",
      "1:with NAME and --watch: the run failed",
      "66:there is no such FineTuneJob, or no kubeconfig",
      "69:the cluster does not answer, or has no FineTuneJobs",
      "77:the cluster does not allow it"
    },
    footer = {
      "",
      "Examples:",
      "  ./llmforge status",
      "  ./llmforge status harbour-master -n training --watch",
      "  ./llmforge status --all-namespaces --watch"
    })
final class StatusCommand implements Callable<Integer> {

  private static final int LOOK_SECONDS = 1;
  private static final String CLEAR = "\033[H\033[2J";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "The FineTuneJob to tell about.")
  private @Nullable String name;

  @Option(
      names = {"-A", "--all-namespaces"},
      description = "The jobs of all namespaces.")
  private boolean allNamespaces;

  @Option(
      names = {"-w", "--watch"},
      description = "Stay and show what changes.")
  private boolean watch;

  @Mixin private final ClusterOptions options = new ClusterOptions();

  private final Clock clock = Clock.systemUTC();

  @Override
  public Integer call() throws ClusterException, InterruptedException {
    if (name != null && allNamespaces) {
      throw new ParameterException(
          spec.commandLine(), "NAME is in one namespace: write -n NAMESPACE, or leave out NAME");
    }
    try (var cluster = options.open()) {
      if (name == null) {
        return table(cluster);
      }
      return watch ? follow(cluster, name) : details(cluster, name);
    }
  }

  private int table(ClusterConnection cluster) throws ClusterException, InterruptedException {
    var out = spec.commandLine().getOut();
    Set<String> shown = new HashSet<>();
    while (true) {
      var lines = tableLines(cluster);
      if (watch && Terminal.isOne()) {
        out.print(CLEAR);
        lines.forEach(out::println);
      } else {
        lines.stream().filter(shown::add).forEach(out::println);
      }
      out.flush();
      if (!watch) {
        return ExitCode.OK;
      }
      TimeUnit.SECONDS.sleep(LOOK_SECONDS);
    }
  }

  private List<String> tableLines(ClusterConnection cluster) throws ClusterException {
    var jobs = allNamespaces ? cluster.jobs() : cluster.jobs(options.namespace(cluster));
    if (jobs.isEmpty()) {
      return List.of(
          allNamespaces
              ? "There is no FineTuneJob in this cluster."
              : "There is no FineTuneJob in namespace %s; -A looks in all of them."
                  .formatted(options.namespace(cluster)));
    }
    return JobTable.lines(jobs, allNamespaces ? Namespaces.ALL : Namespaces.ONE, clock.instant());
  }

  private int details(ClusterConnection cluster, String job) throws ClusterException {
    print(cluster, cluster.job(options.namespace(cluster), job));
    return ExitCode.OK;
  }

  private int follow(ClusterConnection cluster, String job)
      throws ClusterException, InterruptedException {
    var view = new LiveView(System.out, Terminal.isOne(), clock);
    while (true) {
      var now = cluster.job(options.namespace(cluster), job);
      if (now.getStatus() != null) {
        view.show(now.getStatus());
        if (hasEnded(now)) {
          view.end();
          print(cluster, now);
          return now.getStatus().phase() == Phase.Succeeded
              ? ExitCode.OK
              : ExitCode.NOT_AS_EXPECTED;
        }
      }
      TimeUnit.SECONDS.sleep(LOOK_SECONDS);
    }
  }

  private void print(ClusterConnection cluster, FineTuneJob job) throws ClusterException {
    PrintWriter out = spec.commandLine().getOut();
    JobDetails.lines(job, cluster.events(job), clock.instant()).forEach(out::println);
    out.flush();
  }

  private static boolean hasEnded(FineTuneJob job) {
    var phase = job.getStatus().phase();
    return phase == Phase.Succeeded || phase == Phase.Failed;
  }
}
