package io.llmforge.examples;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The {@code story.yaml} of a test that brings a manifest of its own. */
final class ToldStory {

  private static final Path EXAMPLES = Path.of("").toAbsolutePath();

  private final String title;
  private final Map<String, Map<String, String>> claims = new LinkedHashMap<>();
  private final Map<String, Map<String, String>> secrets = new LinkedHashMap<>();

  ToldStory(String title) {
    this.title = title;
  }

  /** Claim {@code example-data} with an example's rows and the tiny model. */
  ToldStory withDataOf(String example) {
    return withClaim(
        "example-data",
        Map.of(
            ".", EXAMPLES.resolve(example).resolve("data").toString(),
            "tiny-llama", EXAMPLES.resolve("assets/tiny-llama").toString()));
  }

  /** A claim with folders of this machine, by their names in it. */
  ToldStory withClaim(String name, Map<String, String> folders) {
    claims.put(name, folders);
    return this;
  }

  ToldStory withSecret(String name, Map<String, String> variables) {
    secrets.put(name, variables);
    return this;
  }

  void write(Path folder) throws IOException {
    new YAMLMapper()
        .writeValue(
            folder.resolve("story.yaml").toFile(),
            Map.of("title", title, "claims", claims, "secrets", secrets));
  }
}
