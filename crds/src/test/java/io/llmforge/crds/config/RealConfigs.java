package io.llmforge.crds.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The folder of real configs, which may or may not be there. */
public final class RealConfigs {

  private RealConfigs() {}

  public static Path folder() {
    var beside = Path.of("").toAbsolutePath().resolve("../../shared/llmforge-configs");
    return Path.of(System.getProperty("llmforge.configs", beside.toString())).normalize();
  }

  public static List<Path> configs() {
    return yamlIn(folder());
  }

  public static List<Path> notConfigs() {
    return yamlIn(folder().resolve("not-configs"));
  }

  private static List<Path> yamlIn(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }
}
