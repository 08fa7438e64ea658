package io.llmforge.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.llmforge.cli.file.FileCheck;
import io.llmforge.cli.file.FileVerdict;
import io.llmforge.cli.file.FindingPrinter;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.operator.Rendering;
import io.llmforge.operator.desired.PodDefaults;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code llmforge render}: the objects the operator would create, by the operator's own code. */
@Command(
    name = "render",
    description = {
      "Prints every object that the operator would create for a FineTuneJob.",
      "",
      "Findings go to stderr. Owner references lack the uid that applying the FineTuneJob gives it."
    },
    exitCodeList = {
      "0:the manifests are on stdout",
      "65:the job is refused",
      "66:the job cannot be read"
    },
    footer = {
      "",
      "Examples:",
      "  ./llmforge render examples/02-instruction-tuning-lora/finetunejob.yaml"
    })
final class RenderCommand implements Callable<Integer> {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_EMPTY, JsonInclude.Include.NON_EMPTY))
          .build();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "FineTuneJob.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Path file;

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      defaultValue = PodDefaults.TRAINER_IMAGE,
      description = "The operator's trainer image. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private String image;

  @Option(
      names = "--accelerator",
      paramLabel = "RESOURCE",
      defaultValue = PodDefaults.ACCELERATOR_RESOURCE,
      description = "The operator's accelerator resource. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private String accelerator;

  @Override
  public Integer call() throws JsonProcessingException {
    var verdict = new FileCheck(new LlmForgeConfigReader()).check(file);
    print(verdict.findings());
    return switch (verdict) {
      case FileVerdict.Unreadable unreadable -> {
        say("cannot be read: " + unreadable.reason());
        yield ExitCode.NO_INPUT;
      }
      case FileVerdict.Refused refused -> ExitCode.REFUSED;
      case FileVerdict.Accepted accepted -> render(accepted);
    };
  }

  private int render(FileVerdict.Accepted accepted) throws JsonProcessingException {
    if (accepted.kind() == FileVerdict.Kind.LLMFORGE_CONFIG) {
      say("is an LLMForge config; llmforge convert makes a FineTuneJob of it");
      return ExitCode.REFUSED;
    }
    FineTuneJob job = JSON.treeToValue(accepted.document().root(), FineTuneJob.class);
    Rendering rendering = Rendering.of(job, new PodDefaults(image, accelerator));
    var out = spec.commandLine().getOut();
    for (HasMetadata object : rendering.objects()) {
      out.print(YAML.writeValueAsString(object));
    }
    out.flush();
    return ExitCode.OK;
  }

  private void print(List<Finding> findings) {
    var printer =
        new FindingPrinter(spec.commandLine().getErr(), spec.commandLine().getColorScheme().ansi());
    findings.forEach(finding -> printer.print(file, finding));
  }

  private void say(String what) {
    spec.commandLine().getErr().println("%s: %s".formatted(file, what));
  }
}
