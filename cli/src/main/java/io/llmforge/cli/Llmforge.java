package io.llmforge.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code llmforge} command. */
@Command(
    name = "llmforge",
    mixinStandardHelpOptions = true,
    description = "LLMForge fine-tuning configs on Kubernetes.",
    subcommands = {RenderCommand.class, RunCommand.class})
public final class Llmforge {

  private Llmforge() {}

  /** Runs one subcommand and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Llmforge()).execute(arguments));
  }
}
