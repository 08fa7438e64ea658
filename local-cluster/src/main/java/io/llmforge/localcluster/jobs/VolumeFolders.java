package io.llmforge.localcluster.jobs;

import java.nio.file.Path;

/** Where the contents of claims live: {@code <root>/<namespace>/<claim>}. */
public record VolumeFolders(Path root) {
  public VolumeFolders {
    root = root.toAbsolutePath().normalize();
  }

  /** The folder of a claim; names that are no plain folder names are refused. */
  public Path of(String namespace, String claim) {
    return root.resolve(plain(namespace)).resolve(plain(claim));
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
