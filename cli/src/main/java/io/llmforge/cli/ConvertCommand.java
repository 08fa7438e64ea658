package io.llmforge.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import io.llmforge.cli.file.FileCheck;
import io.llmforge.cli.file.FileVerdict;
import io.llmforge.cli.file.FindingPrinter;
import io.llmforge.cli.file.JobName;
import io.llmforge.crds.config.LlmForgeConfigReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code llmforge convert}: an LLMForge config as a FineTuneJob. */
@Command(
    name = "convert",
    description = {
      "Prints an LLMForge config as a FineTuneJob.",
      "",
      "Keys and their order stay; a key written twice keeps its last value. Findings go to stderr."
    },
    exitCodeList = {
      "0:the manifest is on stdout",
      "65:the config is refused",
      "66:the config cannot be read"
    },
    footer = {
      "",
      "Examples:",
      "  ./llmforge convert config.yaml > finetunejob.yaml",
      "  ./llmforge convert config.yaml --name harbour-master --namespace training"
    })
final class ConvertCommand implements Callable<Integer> {

  private static final YAMLMapper YAML =
      new YAMLMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .stringQuotingChecker(new NumberQuoting())
              .build());

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "LLMForge config.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Path file;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the FineTuneJob. Default: made of model and task.")
  private @Nullable String name;

  @Option(
      names = "--namespace",
      paramLabel = "NAMESPACE",
      description = "Namespace of the FineTuneJob. Default: none, so that kubectl decides.")
  private @Nullable String namespace;

  private final LlmForgeConfigReader reader = new LlmForgeConfigReader();

  @Override
  public Integer call() throws JsonProcessingException {
    if (name != null && !JobName.isValid(name)) {
      throw new ParameterException(
          spec.commandLine(), "--name '%s' %s".formatted(name, JobName.RULE));
    }
    var verdict = new FileCheck(reader).check(file);
    var err = spec.commandLine().getErr();
    var printer = new FindingPrinter(err, spec.commandLine().getColorScheme().ansi());
    verdict.findings().forEach(finding -> printer.print(file, finding));
    return switch (verdict) {
      case FileVerdict.Unreadable unreadable -> {
        err.println("%s: cannot be read: %s".formatted(file, unreadable.reason()));
        yield ExitCode.NO_INPUT;
      }
      case FileVerdict.Refused refused -> ExitCode.REFUSED;
      case FileVerdict.Accepted accepted -> convert(accepted);
    };
  }

  private int convert(FileVerdict.Accepted accepted) throws JsonProcessingException {
    if (accepted.kind() == FileVerdict.Kind.FINE_TUNE_JOB) {
      spec.commandLine().getErr().println("%s: error: is a FineTuneJob already".formatted(file));
      return ExitCode.REFUSED;
    }
    var out = spec.commandLine().getOut();
    out.println("# LLMForge config " + file.getFileName());
    out.print(YAML.writeValueAsString(manifest(accepted)));
    out.flush();
    return ExitCode.OK;
  }

  private JsonNode manifest(FileVerdict.Accepted accepted) {
    var job = JsonNodeFactory.instance.objectNode();
    job.put("apiVersion", "llmforge.io/v1alpha1");
    job.put("kind", "FineTuneJob");
    var metadata = job.putObject("metadata");
    metadata.put("name", name == null ? JobName.of(accepted.config()) : name);
    if (namespace != null) {
      metadata.put("namespace", namespace);
    }
    job.putObject("spec").set("config", reader.toStrictJson(accepted.document()));
    return job;
  }

  /** Quotes texts that some YAML reader could take for a number or a date. */
  private static final class NumberQuoting extends StringQuotingChecker.Default {
    private static final long serialVersionUID = 1L;
    private static final Pattern NUMBER_LIKE =
        Pattern.compile("[-+]?[.]?([0-9].*|inf|nan)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    @Override
    public boolean needToQuoteValue(String value) {
      return super.needToQuoteValue(value) || NUMBER_LIKE.matcher(value).matches();
    }
  }
}
