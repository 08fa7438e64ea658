package io.llmforge.cli;

import io.llmforge.cli.run.Installation;
import io.llmforge.cli.scale.ChartDefaults;
import io.llmforge.cli.scale.ScaleLoad;
import io.llmforge.cli.scale.ScaleResult;
import io.llmforge.cli.scale.ScaleRun;
import io.llmforge.cli.scale.ScaleText;
import io.llmforge.localcluster.ClusterSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code llmforge scale}. */
@Command(
    name = "scale",
    description = {
      "Measures the operator with many FineTuneJobs at once.",
      "",
      "Starts an embedded Kubernetes and the operator as the chart runs it, creates all jobs together"
          + " and plays node and trainers: every pod only pretends to run. Prints how soon the"
          + " operator says what happens, what it asks of the API server, and its memory."
    },
    exitCodeList = {
      "0:measured, and every job ended as its pod did",
      "1:a status was lost, or a job got more than one pod",
      "64:wrong arguments",
      "70:a part did not start, or the operator stopped working"
    },
    footer = {"", "Examples:", "  ./llmforge scale", "  ./llmforge scale --jobs=200"})
final class ScaleCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Option(
      names = "--jobs",
      paramLabel = "NUMBER",
      defaultValue = "1000",
      description = "FineTuneJobs at once. Default: ${DEFAULT-VALUE}.")
  private int jobs;

  @Option(
      names = "--ends-per-second",
      paramLabel = "NUMBER",
      defaultValue = "20",
      description = "Pods that end in a second. Default: ${DEFAULT-VALUE}.")
  private int endsPerSecond;

  @Option(
      names = "--cluster",
      description = "Use a namespace of the cluster that KUBECONFIG names.")
  private boolean cluster;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Folder of the operator's log. Default: .llmforge/scale in the repository.")
  private @Nullable Path data;

  @Override
  public Integer call() throws InterruptedException {
    Path home = Path.of(System.getProperty("llmforge.home", ".")).toAbsolutePath().normalize();
    Path folder = data == null ? home.resolve(".llmforge/scale") : data.toAbsolutePath();
    try {
      ChartDefaults chart = ChartDefaults.read(home);
      ScaleRun run = new ScaleRun(new Installation(home), source(), chart, folder, PATIENCE);
      ScaleResult result = run.run(load(chart));
      ScaleText.of(result).forEach(spec.commandLine().getOut()::println);
      boolean asTold = result.lost() == 0 && result.objects() == ScaleLoad.PODS_PER_JOB * jobs;
      return asTold ? ExitCode.OK : ExitCode.NOT_AS_EXPECTED;
    } catch (IOException e) {
      spec.commandLine().getErr().println("llmforge scale: " + e.getMessage());
      return ExitCode.SOFTWARE;
    }
  }

  private ClusterSource source() {
    try {
      Optional<String> choice = cluster ? Optional.of(ClusterSource.EXTERNAL) : Optional.empty();
      return ClusterSource.chosen(choice, System.getenv());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private ScaleLoad load(ChartDefaults chart) {
    try {
      return new ScaleLoad(jobs, endsPerSecond, chart.pollInterval());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
