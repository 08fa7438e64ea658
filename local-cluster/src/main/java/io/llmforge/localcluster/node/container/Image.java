package io.llmforge.localcluster.node.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an image is on this machine: a command of the host. Nothing here is rewritten, as these are
 * real paths.
 *
 * @param workingFolder where the process starts; without it the container's own folder
 */
public record Image(
    List<String> entrypoint, Map<String, String> environment, Optional<Path> workingFolder) {
  public Image {
    entrypoint = List.copyOf(entrypoint);
    environment = Map.copyOf(environment);
  }

  public static Image of(String... entrypoint) {
    return new Image(List.of(entrypoint), Map.of(), Optional.empty());
  }

  /** An image without an entrypoint: its containers bring their own command. */
  public static Image hostCommands() {
    return of();
  }
}
