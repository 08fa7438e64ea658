package io.llmforge.cli.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Every page that people read. */
final class DocsFiles {

  static final Path HOME = Path.of("..");

  private static final Set<String> FOLDERS = Set.of("docs", "examples", "bench", "helm");

  private DocsFiles() {}

  static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(HOME);
        Stream<Path> below = FOLDERS.stream().flatMap(DocsFiles::below)) {
      return Stream.concat(top, below)
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !file.toString().contains("/target/"))
          .sorted()
          .toList();
    }
  }

  private static Stream<Path> below(String folder) {
    try (Stream<Path> files = Files.walk(HOME.resolve(folder))) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot list " + folder, e);
    }
  }
}
