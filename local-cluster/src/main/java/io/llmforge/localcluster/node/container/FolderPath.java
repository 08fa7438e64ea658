package io.llmforge.localcluster.node.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Paths that stay within a folder. */
final class FolderPath {
  private FolderPath() {}

  /** Refuses absolute paths, {@code ..} and links that lead out of the folder. */
  static Path within(Path folder, String relative) throws ContainerConfigException {
    var path = folder.resolve(relative).normalize();
    var isAbsolute = relative.startsWith("/") || Path.of(relative).isAbsolute();
    if (isAbsolute || hasParentPart(relative) || !path.startsWith(folder.normalize())) {
      throw new ContainerConfigException("path \"" + relative + "\" must stay within its volume");
    }
    var existing = path;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      var leadsOut = Files.exists(folder) && !existing.toRealPath().startsWith(folder.toRealPath());
      if (leadsOut) {
        throw new ContainerConfigException(
            "path \"" + relative + "\" leads out of its volume by a link");
      }
    } catch (IOException e) {
      throw new ContainerConfigException("path \"" + relative + "\" cannot be read: " + e);
    }
    return path;
  }

  private static boolean hasParentPart(String relative) {
    for (var part : Path.of(relative)) {
      if (part.toString().equals("..")) {
        return true;
      }
    }
    return false;
  }
}
