package io.llmforge.cli.run;

import io.llmforge.cli.story.ExpectedStatus.Mismatch;
import io.llmforge.cli.story.Story;
import io.llmforge.cli.view.StatusText;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Output;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What a run says before it starts and after it has ended. */
final class RunText {

  private RunText() {}

  /** What is going to happen, in order. */
  static List<String> plan(List<Story> stories, Path dataFolder) {
    List<String> lines = new ArrayList<>();
    lines.add("What will happen:");
    lines.add("  - a local cluster starts in " + dataFolder + " (nothing leaves this machine)");
    lines.add("  - the operator starts against it");
    for (Story story : stories) {
      for (Map.Entry<String, Map<String, Path>> claim : story.claims().entrySet()) {
        claim
            .getValue()
            .values()
            .forEach(
                folder -> lines.add("  - %s fills claim %s".formatted(folder, claim.getKey())));
      }
      lines.add(
          "  - FineTuneJob %s/%s from %s is applied and watched until it ends"
              .formatted(story.namespace(), story.name(), story.folder()));
    }
    lines.add("Ctrl-C stops all of it.");
    return lines;
  }

  /**
   * How it ended, where the artefacts are, and how to look closer.
   *
   * @param folderOf folder on this machine of a {@code pvc://} location
   */
  static List<String> ending(
      Story story, RunResult result, Function<String, Optional<Path>> folderOf) {
    FineTuneJobStatus status = result.status();
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("FineTuneJob %s: %s".formatted(story.name(), status.phase()));
    StatusText.conditionTable(status).forEach(line -> lines.add("  " + line));
    artefacts(status, folderOf).forEach(lines::add);
    lines.add("");
    lines.add("Look closer:");
    result.trainerLogs().forEach(log -> lines.add("  trainer log   " + log));
    lines.add("  operator log  " + result.operatorLog());
    lines.add("");
    lines.addAll(verdict(story, result));
    return lines;
  }

  private static List<String> artefacts(
      FineTuneJobStatus status, Function<String, Optional<Path>> folderOf) {
    List<String> lines = new ArrayList<>();
    for (Output output : Optional.ofNullable(status.outputs()).orElse(List.of())) {
      lines.add("");
      lines.add(
          "%s %s, %,d bytes, from step %d"
              .formatted(output.kind(), output.uri(), output.bytes(), output.step()));
      Optional.ofNullable(output.uri())
          .flatMap(folderOf)
          .ifPresent(folder -> lines.add("  on this machine: " + folder));
    }
    return lines;
  }

  private static List<String> verdict(Story story, RunResult result) {
    if (result.isAsExpected()) {
      return List.of(
          story.expectedStatus().isPresent()
              ? "The status is what expected-status.yaml asks for."
              : "The run succeeded.");
    }
    List<String> lines = new ArrayList<>();
    lines.add("The status is not what was expected:");
    for (Mismatch mismatch : result.mismatches()) {
      lines.add("  " + mismatch);
    }
    return lines;
  }
}
