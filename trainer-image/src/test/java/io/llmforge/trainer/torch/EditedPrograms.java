package io.llmforge.trainer.torch;

import java.util.function.BinaryOperator;

/** The runtime with programs that a test has changed, to put in what chance decides otherwise. */
public final class EditedPrograms {

  private EditedPrograms() {}

  /**
   * As {@link TorchRuntime#start()}.
   *
   * @param edit gives, for a file's name and its text, the text that is compiled
   */
  public static TorchRuntime start(BinaryOperator<String> edit) {
    return TorchRuntime.start(
        (owner, fileName) -> edit.apply(fileName, ProgramFiles.resource(owner, fileName)));
  }
}
