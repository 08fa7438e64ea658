package io.llmforge.cli;

/** Exit codes of the command, after BSD sysexits.h where one fits. */
public final class ExitCode {

  public static final int OK = 0;

  /** A run ended otherwise than expected, or failed. */
  public static final int NOT_AS_EXPECTED = 1;

  /** Wrong arguments. */
  public static final int USAGE = 64;

  /** A config or manifest is refused. */
  public static final int REFUSED = 65;

  /** A file, a FineTuneJob or a pod is not there. */
  public static final int NO_INPUT = 66;

  /** The cluster cannot be reached, or something is not installed. */
  public static final int UNAVAILABLE = 69;

  /** Something of ours is broken. */
  public static final int SOFTWARE = 70;

  /** The cluster does not allow it. */
  public static final int NOT_ALLOWED = 77;

  /** The list for {@code --help} of every command, as picocli takes it. */
  static final String HEADING = "%nExit codes:%n";

  private ExitCode() {}
}
