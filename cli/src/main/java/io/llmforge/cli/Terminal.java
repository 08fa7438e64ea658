package io.llmforge.cli;

/** Whether somebody looks at the output. */
final class Terminal {

  private Terminal() {}

  // The shell knows; System.console() means different things in different Java versions.
  static boolean isOne() {
    return Boolean.getBoolean("llmforge.terminal");
  }
}
