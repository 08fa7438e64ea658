package io.llmforge.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.operator.decide.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever looks up a reason or an exit code finds it, and finds no other. */
class TroubleshootingTest {

  private final String page;

  TroubleshootingTest() throws IOException {
    page = Files.readString(DocsFiles.HOME.resolve("docs/troubleshooting.md"));
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void everyReasonHasAnEntry(Reason reason) {
    assertThat(page)
        .containsPattern("(?m)^(### %s$|\\| `%s` \\|)".formatted(reason.text(), reason.text()));
  }

  @ParameterizedTest
  @EnumSource(FailureCode.class)
  void everyExitCodeHasItsRowAndSaysWhetherItIsTriedAgain(FailureCode code) {
    var again =
        switch (code.failureClass()) {
          case FATAL -> "no";
          case RETRY -> "yes";
          case RESUME -> "yes, not counted";
        };
    var row =
        "| %d | [`%s`](#%s) | %s"
            .formatted(
                code.exitCode(),
                code.reason(),
                code.reason().toLowerCase(java.util.Locale.ROOT),
                again);
    // What follows a semicolon says when it is otherwise.
    assertThat(page).containsPattern(Pattern.quote(row) + "(; [^|]+)? [|]");
  }

  @Test
  void noEntryIsAboutAReasonThatDoesNotExist() {
    var entries =
        Stream.concat(
            Pattern.compile("(?m)^### ([A-Z][A-Za-z]+)$").matcher(page).results(),
            Pattern.compile("(?m)^\\| `([A-Z][A-Za-z]+)` \\|").matcher(page).results());

    assertThat(entries.map(found -> found.group(1)))
        .isNotEmpty()
        .allSatisfy(entry -> assertThat(Reason.ofText(entry)).as(entry).isPresent());
  }
}
