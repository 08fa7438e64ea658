package io.llmforge.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code llmforge completion}: what a shell needs to complete this command, made from it. */
@Command(
    name = "completion",
    description = {
      "Prints what bash or zsh needs to complete this command.",
      "",
      "Completes commands, options, their values and files, for llmforge and ./llmforge."
    },
    footer = {
      "",
      "Examples:",
      "  source <(./llmforge completion bash)    # or in ~/.bashrc",
      "  source <(./llmforge completion zsh)     # or in ~/.zshrc, behind compinit"
    })
final class CompletionCommand implements Callable<Integer> {

  /** A shell that can be served. */
  enum Shell {
    bash,
    zsh
  }

  private static final String NAME = "llmforge";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Shell shell;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    out.print(
        switch (shell) {
          case bash -> script();
          // The script is for both; zsh needs the functions of bash first.
          case zsh -> "autoload -U +X bashcompinit && bashcompinit\n" + script();
        });
    out.flush();
    return ExitCode.OK;
  }

  private String script() {
    var root = spec.root().commandLine();
    return AutoComplete.bash(NAME, root)
        + "complete -F _complete_%s -o default ./%s\n".formatted(NAME, NAME);
  }
}
