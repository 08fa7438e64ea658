package io.llmforge.cli;

import io.llmforge.cli.cluster.ClusterException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code llmforge} command. */
@Command(
    name = "llmforge",
    synopsisSubcommandLabel = "COMMAND",
    description = {"Fine-tune language models with LLMForge configs on Kubernetes."},
    commandListHeading = "%nCommands:%n",
    subcommands = {
      RunCommand.class,
      ValidateCommand.class,
      ConvertCommand.class,
      RenderCommand.class,
      EstimateCommand.class,
      StatusCommand.class,
      LogsCommand.class,
      PlotCommand.class,
      ScriptCommand.Test.class,
      ScriptCommand.Bench.class,
      ScaleCommand.class,
      ScriptCommand.Conformance.class,
      ScriptCommand.Build.class,
      CompletionCommand.class
    },
    footer = {"", "./llmforge COMMAND --help says more, with examples."})
public final class Llmforge {

  private Llmforge() {}

  static CommandLine commandLine() {
    var root = new CommandLine(new Llmforge());
    root.setParameterExceptionHandler(Llmforge::wrongArguments);
    root.setExecutionExceptionHandler(Llmforge::failed);
    root.setUsageHelpWidth(100);
    finish(root);
    root.getSubcommands().values().forEach(Llmforge::finish);
    return root;
  }

  /** Runs one subcommand and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  // What all commands share.
  private static void finish(CommandLine command) {
    var spec = command.getCommandSpec();
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Print this.").build());
    spec.exitCodeOnInvalidInput(ExitCode.USAGE);
    spec.exitCodeOnExecutionException(ExitCode.SOFTWARE);
    spec.usageMessage().exitCodeListHeading(ExitCode.HEADING);
    spec.usageMessage().parameterListHeading("%nArguments:%n");
    spec.usageMessage().optionListHeading("%nOptions:%n");
    spec.usageMessage().synopsisHeading("Usage: ./");
  }

  private static int wrongArguments(ParameterException e, String[] arguments) {
    var command = e.getCommandLine();
    var err = command.getErr();
    err.println("llmforge: " + e.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println(
          "./%s --help says how it is used".formatted(command.getCommandSpec().qualifiedName()));
    }
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) throws Exception {
    if (!(e instanceof ClusterException cluster)) {
      throw e;
    }
    command.getErr().println("llmforge %s: %s".formatted(command.getCommandName(), e.getMessage()));
    return switch (cluster.kind()) {
      case ABSENT -> ExitCode.NO_INPUT;
      case UNAVAILABLE -> ExitCode.UNAVAILABLE;
      case NOT_ALLOWED -> ExitCode.NOT_ALLOWED;
    };
  }
}
