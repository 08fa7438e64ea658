package io.llmforge.localcluster.node.container;

import java.nio.file.Path;

/**
 * Where one container of one pod keeps its files.
 *
 * @param pod the folder of the whole pod
 */
public record ContainerFolders(Path pod, String container) {
  /** HOME and the working folder of a container that names none. */
  Path home() {
    return pod.resolve("containers").resolve(container).resolve("home");
  }

  Path log(int attempt) {
    return pod.resolve("containers").resolve(container).resolve("log." + attempt);
  }

  Path terminationMessage(int attempt) {
    return pod.resolve("containers").resolve(container).resolve("termination-message." + attempt);
  }
}
