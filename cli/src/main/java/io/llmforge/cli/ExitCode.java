package io.llmforge.cli;

/** Exit codes of the command, after BSD sysexits.h where one fits. */
final class ExitCode {

  static final int OK = 0;

  /** A run ended otherwise than expected. */
  static final int NOT_AS_EXPECTED = 1;

  /** Wrong arguments. */
  static final int USAGE = 64;

  /** A config or manifest is refused. */
  static final int REFUSED = 65;

  /** A file is not there. */
  static final int NO_INPUT = 66;

  /** Something of ours is broken. */
  static final int SOFTWARE = 70;

  private ExitCode() {}
}
