package io.llmforge.localcluster.jobs;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where the contents of claims live: {@code <root>/<namespace>/<claim>}.
 *
 * @param renamed namespaces whose folder has another name
 */
public record VolumeFolders(Path root, Map<String, String> renamed) {
  public VolumeFolders {
    root = root.toAbsolutePath().normalize();
    renamed = Map.copyOf(renamed);
  }

  /** The folder of a claim; names that are no plain folder names are refused. */
  public Path of(String namespace, String claim) {
    return root.resolve(plain(renamed.getOrDefault(namespace, namespace))).resolve(plain(claim));
  }

  private static String plain(String name) {
    var isPlain =
        !name.isEmpty() && !name.startsWith(".") && name.indexOf('/') < 0 && name.indexOf('\\') < 0;
    if (!isPlain) {
      throw new IllegalArgumentException("'" + name + "' cannot name a folder");
    }
    return name;
  }
}
