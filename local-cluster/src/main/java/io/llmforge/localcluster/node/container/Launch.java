package io.llmforge.localcluster.node.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Everything needed to start one attempt of a container.
 *
 * @param paths how the container's paths are real ones, for commands that come later
 */
public record Launch(
    List<String> command,
    Map<String, String> environment,
    Path workingFolder,
    Path log,
    Path terminationMessage,
    PathMapping paths) {
  public Launch {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** A probe's command in the surroundings of the container; what it prints is no log. */
  public Launch probe(List<String> probeCommand) {
    return new Launch(
        probeCommand.stream().map(paths::rewrite).toList(),
        environment,
        workingFolder,
        Path.of("/dev/null"),
        terminationMessage,
        paths);
  }
}
