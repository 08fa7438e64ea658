package io.llmforge.cli.view;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shows a status as it changes: a line for everything that turned, and the progress. On a terminal
 * the progress stays on the last line; elsewhere it is printed now and then as a line of its own.
 */
public final class LiveView {

  private static final Duration PLAIN_PROGRESS_INTERVAL = Duration.ofSeconds(5);
  private static final String ERASE_LINE = "\r\033[2K";

  private final PrintStream out;
  private final boolean terminal;
  private final Clock clock;
  private final DateTimeFormatter time;

  private @Nullable FineTuneJobStatus shown;
  private String shownProgress = "";
  private Instant lastPlainProgress = Instant.EPOCH;

  public LiveView(PrintStream out, boolean terminal, Clock clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    this.time = DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());
  }

  public void show(FineTuneJobStatus status) {
    for (String line : StatusText.news(shown, status)) {
      eraseProgress();
      out.println(stamp() + line);
    }
    shown = status;
    Optional<String> progress = StatusText.progress(status);
    if (terminal) {
      progress.ifPresent(this::redraw);
    } else {
      progress.ifPresent(this::printNowAndThen);
    }
    out.flush();
  }

  /** Leaves the terminal clean for what is printed next. */
  public void end() {
    eraseProgress();
    out.flush();
  }

  private void redraw(String progress) {
    out.print(ERASE_LINE + stamp() + progress);
    shownProgress = progress;
  }

  private void printNowAndThen(String progress) {
    Instant now = clock.instant();
    if (progress.equals(shownProgress)
        || now.isBefore(lastPlainProgress.plus(PLAIN_PROGRESS_INTERVAL))) {
      return;
    }
    out.println(stamp() + progress);
    shownProgress = progress;
    lastPlainProgress = now;
  }

  private void eraseProgress() {
    if (terminal && !shownProgress.isEmpty()) {
      out.print(ERASE_LINE);
      shownProgress = "";
    }
  }

  private String stamp() {
    return time.format(clock.instant()) + "  ";
  }
}
