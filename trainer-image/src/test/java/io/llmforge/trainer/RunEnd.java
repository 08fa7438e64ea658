package io.llmforge.trainer;

import io.llmforge.trainer.conformance.Agreement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run has left, to be compared bit for bit with what another has.
 *
 * @param run a run that is over
 * @param steps how many it made
 */
record RunEnd(TinyRun run, int steps) {

  private static final String EVENTS = "runs/tiny-1/events.out.tfevents.llmforge";

  /** Every tensor of the last checkpoint, the optimizer's too, and every one that is published. */
  void addTensors(Agreement agreement, RunEnd expected) throws IOException {
    for (var folder : List.of("trainer", "artifact")) {
      addTensors(
          agreement, lastCheckpoint().resolve(folder), expected.lastCheckpoint().resolve(folder));
    }
    addTensors(agreement, output(), expected.output());
  }

  /** {@link #addTensors}, metrics, training state, and all that is published: under one clock. */
  void addAll(Agreement agreement, RunEnd expected) throws IOException {
    addTensors(agreement, expected);
    addFile(agreement, run.workspace, expected.run.workspace, "metrics.jsonl");
    addFile(agreement, run.workspace, expected.run.workspace, EVENTS);
    addFile(agreement, lastCheckpoint(), expected.lastCheckpoint(), "trainer/state.json");
    for (var file : expected.published()) {
      addFile(agreement, output(), expected.output(), file);
    }
  }

  /** Hidden files and folders are those that a write has not finished. */
  List<Path> unfinished() throws IOException {
    try (Stream<Path> files = Files.walk(run.workspace.getParent())) {
      return files.filter(file -> file.getFileName().toString().startsWith(".")).toList();
    }
  }

  private static void addTensors(Agreement agreement, Path actual, Path expected)
      throws IOException {
    for (var file : files(expected)) {
      if (file.endsWith(".safetensors")) {
        addFile(agreement, actual, expected, file);
      }
    }
  }

  private static void addFile(Agreement agreement, Path actual, Path expected, String name)
      throws IOException {
    agreement.addExact(
        expected.getFileName() + "/" + name,
        Files.readAllBytes(actual.resolve(name)),
        Files.readAllBytes(expected.resolve(name)));
  }

  /** All but those that say how much memory the machine had. */
  private List<String> published() throws IOException {
    return files(output()).stream()
        .filter(name -> !name.equals("resolved_plan.json") && !name.equals("MANIFEST.json"))
        .toList();
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private Path output() {
    return run.models.resolve("out");
  }

  private Path lastCheckpoint() throws IOException {
    return checkpoint("checkpoint-%06d".formatted(steps));
  }

  Path checkpoint(String name) throws IOException {
    try (Stream<Path> found = Files.walk(run.workspace.resolve("checkpoints"), 2)) {
      return found.filter(path -> path.endsWith(name)).findFirst().orElseThrow();
    }
  }
}
