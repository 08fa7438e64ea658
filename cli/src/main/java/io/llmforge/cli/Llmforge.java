package io.llmforge.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code llmforge} command. */
@Command(
    name = "llmforge",
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = ExitCode.USAGE,
    description = "LLMForge fine-tuning configs on Kubernetes.",
    subcommands = {
      ConvertCommand.class,
      RenderCommand.class,
      RunCommand.class,
      ValidateCommand.class
    })
public final class Llmforge {

  private Llmforge() {}

  static CommandLine commandLine() {
    return new CommandLine(new Llmforge());
  }

  /** Runs one subcommand and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }
}
