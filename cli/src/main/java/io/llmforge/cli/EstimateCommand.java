package io.llmforge.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Quantity;
import io.llmforge.cli.estimate.ClaimFolders;
import io.llmforge.cli.estimate.EstimateException;
import io.llmforge.cli.estimate.TrainerEstimate;
import io.llmforge.cli.file.FileCheck;
import io.llmforge.cli.file.FileVerdict;
import io.llmforge.cli.file.FindingPrinter;
import io.llmforge.cli.file.JobName;
import io.llmforge.cli.run.Installation;
import io.llmforge.cli.story.Story;
import io.llmforge.cli.story.Story.StoryException;
import io.llmforge.cli.view.EstimateText;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.operator.Rendering;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.desired.PodDefaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code llmforge estimate}: what a run comes to, before it is started. */
@Command(
    name = "estimate",
    description = {
      "Says how many steps a run makes, how much memory it takes and how long it lasts.",
      "",
      "Rows are counted with the run's own tokenizer, memory is planned by the trainer's own planner."
          + " Time is measured, with --measure, or not told. Needs the data and the model on this"
          + " machine; nothing is trained."
    },
    exitCodeList = {
      "0:estimated",
      "65:the config or the data are refused",
      "66:a file or the content of a claim is not on this machine",
      "78:the model or the plan cannot be trained",
      "80:the memory does not suffice"
    },
    footer = {
      "",
      "Examples:",
      "  ./llmforge estimate examples/01-causal-lm-from-scratch --measure",
      "  ./llmforge estimate finetunejob.yaml --volume models=/data/models --volume rows=/data/rows",
      "  ./llmforge estimate config.yaml --memory 80Gi"
    })
final class EstimateCommand implements Callable<Integer> {

  private static final String DEFAULT_STEPS = "8";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      description = "An example folder, a FineTuneJob or an LLMForge config.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Path path;

  @Option(
      names = "--volume",
      paramLabel = "CLAIM=FOLDER",
      description =
          "Where the content of a claim is on this machine. Default: what the example or an earlier"
              + " llmforge run put there.")
  private Map<String, Path> volumes = Map.of();

  @Option(
      names = "--memory",
      paramLabel = "QUANTITY",
      description = "Memory of the device to plan for, such as 80Gi. Default: this machine's.")
  private @Nullable String memory;

  @Option(
      names = "--measure",
      paramLabel = "STEPS",
      arity = "0..1",
      fallbackValue = DEFAULT_STEPS,
      defaultValue = "0",
      description = "Make so many steps and throw them away, to tell the time. Alone: 8.")
  private int measuredSteps;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var scratch = Files.createTempDirectory("llmforge-estimate-");
    try {
      return estimate(scratch);
    } catch (EstimateException e) {
      say(e.getMessage());
      return e.exitCode();
    } catch (StoryException e) {
      say(e.getMessage());
      return ExitCode.NO_INPUT;
    } finally {
      delete(scratch);
    }
  }

  private int estimate(Path scratch) throws IOException, InterruptedException, EstimateException {
    OptionalLong bytes = memoryBytes();
    var story = Files.isDirectory(path) ? Story.read(path) : null;
    var file = story == null ? path : path.resolve("finetunejob.yaml");
    var verdict = new FileCheck(new LlmForgeConfigReader()).check(file);
    var printer =
        new FindingPrinter(spec.commandLine().getErr(), spec.commandLine().getColorScheme().ansi());
    verdict.findings().forEach(finding -> printer.print(file, finding));
    switch (verdict) {
      case FileVerdict.Unreadable unreadable -> {
        say("%s cannot be read: %s".formatted(file, unreadable.reason()));
        return ExitCode.NO_INPUT;
      }
      case FileVerdict.Refused refused -> {
        return ExitCode.REFUSED;
      }
      case FileVerdict.Accepted accepted -> {
        var planning = planning(accepted);
        if (planning instanceof Planning.Planned planned) {
          return print(planned.plan(), story, bytes, scratch);
        }
        planning.findings().forEach(finding -> printer.print(file, finding));
        return ExitCode.REFUSED;
      }
    }
  }

  private int print(TrainingPlan plan, @Nullable Story story, OptionalLong bytes, Path scratch)
      throws IOException, InterruptedException, EstimateException {
    var home = Path.of(System.getProperty("llmforge.home", ".")).toAbsolutePath().normalize();
    var claims =
        new ClaimFolders(
            volumes,
            story == null ? Map.of() : story.claims(),
            home.resolve(".llmforge/cluster/volumes").resolve(plan.run().namespace()));
    var estimate =
        new TrainerEstimate(new Installation(home), bytes, measuredSteps).of(plan, claims, scratch);
    var out = spec.commandLine().getOut();
    EstimateText.lines(estimate).forEach(out::println);
    out.flush();
    return ExitCode.OK;
  }

  private static Planning planning(FileVerdict.Accepted accepted) throws IOException {
    return Rendering.of(
            job(accepted),
            new PodDefaults(PodDefaults.TRAINER_IMAGE, PodDefaults.ACCELERATOR_RESOURCE))
        .decision()
        .planning();
  }

  // A config alone becomes the spec of a job that nobody creates.
  private static FineTuneJob job(FileVerdict.Accepted accepted) throws IOException {
    return switch (accepted.kind()) {
      case FINE_TUNE_JOB -> JSON.treeToValue(accepted.document().root(), FineTuneJob.class);
      case LLMFORGE_CONFIG -> {
        var job = JSON.createObjectNode();
        job.putObject("metadata").put("name", JobName.of(accepted.config()));
        job.putObject("spec")
            .set("config", new LlmForgeConfigReader().toStrictJson(accepted.document()));
        yield JSON.treeToValue(job, FineTuneJob.class);
      }
    };
  }

  private OptionalLong memoryBytes() {
    if (memory == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Quantity.getAmountInBytes(new Quantity(memory)).longValueExact());
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--memory needs a quantity such as 80Gi, was '%s'".formatted(memory),
          e);
    }
  }

  private void say(@Nullable String what) {
    spec.commandLine().getErr().println("llmforge estimate: " + what);
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    }
  }
}
