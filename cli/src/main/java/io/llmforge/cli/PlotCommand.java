package io.llmforge.cli;

import io.llmforge.crds.plot.RunCurves;
import io.llmforge.crds.plot.RunCurves.UnreadableException;
import io.llmforge.crds.plot.RunPlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code llmforge plot}: a run's curves as a picture. */
@Command(
    name = "plot",
    description = {
      "Prints a run's losses and learning rate as a picture (SVG).",
      "",
      "They are in metrics.jsonl, in the run's workspace and in the folder it publishes."
    },
    exitCodeList = {
      "0:the picture is on stdout",
      "65:the file holds no metrics",
      "66:the file cannot be read"
    },
    footer = {
      "",
      "Examples:",
      "  ./llmforge plot published-model/metrics.jsonl --title \"My model\" > run.svg"
    })
final class PlotCommand implements Callable<Integer> {

  private static final String FILE = "metrics.jsonl";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(paramLabel = "PATH", description = "metrics.jsonl, or a folder that holds it.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Path path;

  @Option(
      names = "--title",
      paramLabel = "TEXT",
      description = "What stands above. Default: the name of the folder.")
  private @Nullable String title;

  @Override
  public Integer call() {
    var file = Files.isDirectory(path) ? path.resolve(FILE) : path;
    try {
      var plot = new RunPlot(title(file), RunCurves.read(Files.readAllLines(file)));
      var out = spec.commandLine().getOut();
      out.print(plot.svg());
      out.flush();
      return ExitCode.OK;
    } catch (NoSuchFileException e) {
      return say(ExitCode.NO_INPUT, "there is no file " + file);
    } catch (IOException e) {
      return say(ExitCode.NO_INPUT, "%s cannot be read: %s".formatted(file, e.getMessage()));
    } catch (UnreadableException e) {
      return say(ExitCode.REFUSED, "%s %s".formatted(file, e.getMessage()));
    }
  }

  private String title(Path file) {
    if (title != null) {
      return title;
    }
    var folder = file.toAbsolutePath().getParent();
    return folder == null ? FILE : String.valueOf(folder.getFileName());
  }

  private int say(int exitCode, String what) {
    spec.commandLine().getErr().println("llmforge plot: " + what);
    return exitCode;
  }
}
