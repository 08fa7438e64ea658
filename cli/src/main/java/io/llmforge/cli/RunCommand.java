package io.llmforge.cli;

import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.LocalRun;
import io.llmforge.cli.run.RunResult;
import io.llmforge.cli.story.Story;
import io.llmforge.cli.story.Story.StoryException;
import io.llmforge.localcluster.ClusterSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code llmforge run}. */
@Command(
    name = "run",
    description = {
      "Runs an example folder, or a FineTuneJob manifest, on a local cluster.",
      "",
      "Starts an embedded Kubernetes and the operator, applies the manifest, and shows conditions and"
          + " progress until the run ends. Needs no cluster and no GPU."
    },
    exitCodeList = {
      "0:the run ended as the example expects, or succeeded",
      "1:it ended otherwise",
      "66:there is no such example or manifest, or it cannot be run",
      "70:cluster or operator did not start"
    },
    footer = {
      "",
      "Examples:",
      "  ./llmforge run examples/01-causal-lm-from-scratch",
      "  ./llmforge run --keep examples/02-instruction-tuning-lora    # then look with kubectl"
    })
final class RunCommand implements Callable<Integer> {

  @Parameters(paramLabel = "PATH", description = "An example folder or a FineTuneJob manifest.")
  @Nullable Path path;

  @Option(
      names = "--keep",
      description = "Leave the cluster up when the run has ended, and print its KUBECONFIG.")
  boolean keep;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Folder for volumes, pods and logs. Default: .llmforge in the repository.")
  @Nullable Path data;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("llmforge.home", ".")).toAbsolutePath().normalize();
    Path folder = data == null ? home.resolve(".llmforge") : data.toAbsolutePath();
    LocalRun run =
        new LocalRun(
            new Installation(home),
            new ClusterSource.Embedded(),
            folder,
            System.out,
            Terminal.isOne());
    try {
      Story story = Story.read(Objects.requireNonNull(path));
      RunResult result = keep ? run.runAndKeep(story) : run.run(story);
      return result.isAsExpected() ? ExitCode.OK : ExitCode.NOT_AS_EXPECTED;
    } catch (StoryException e) {
      System.err.println("llmforge run: " + e.getMessage());
      return ExitCode.NO_INPUT;
    } catch (IOException e) {
      System.err.println("llmforge run: " + e.getMessage());
      return ExitCode.SOFTWARE;
    }
  }
}
