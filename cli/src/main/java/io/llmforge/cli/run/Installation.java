package io.llmforge.cli.run;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a run needs of this repository's build.
 *
 * @param home root of the repository
 */
public record Installation(Path home) {

  /** The operator, packaged as it goes into its image. */
  Path operatorJar() {
    return built(home.resolve("operator/target/quarkus-app/quarkus-run.jar"));
  }

  /** The trainer's jars, as they go into its image. */
  public Path trainerLibraries() {
    return built(home.resolve("trainer-image/target/trainer/lib"));
  }

  /** The custom resource definition. */
  public Path customResourceDefinition() {
    return built(home.resolve("crds/finetunejobs.llmforge.io-v1.yml"));
  }

  /** The Java that runs this process runs the others. */
  public Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  private static Path built(Path path) {
    if (!Files.exists(path)) {
      throw new IllegalStateException(
          "%s does not exist; build it with ./llmforge build".formatted(path));
    }
    return path;
  }
}
