package io.llmforge.cli.story;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.config.YamlDocument;
import io.llmforge.crds.config.YamlReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A folder that tells one story: {@code finetunejob.yaml}, {@code story.yaml}, the data, and {@code
 * expected-status.yaml}.
 *
 * @param folder the folder
 * @param title one line for people
 * @param needs names of sibling folders whose stories must have run first
 * @param claims what each persistent volume claim holds: path in the claim -> folder on this
 *     machine
 * @param secrets Secrets of the job's namespace: name -> key -> value
 * @param job the manifest
 * @param expectedStatus what the status must hold in the end, when the story says it
 */
public record Story(
    Path folder,
    String title,
    List<String> needs,
    Map<String, Map<String, Path>> claims,
    Map<String, Map<String, String>> secrets,
    FineTuneJob job,
    Optional<ExpectedStatus> expectedStatus) {

  private static final String MANIFEST = "finetunejob.yaml";
  private static final String DESCRIPTION = "story.yaml";
  private static final String EXPECTED_STATUS = "expected-status.yaml";
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  public Story {
    needs = List.copyOf(needs);
    claims = Map.copyOf(claims);
    secrets = Map.copyOf(secrets);
  }

  /**
   * Reads a story folder, or a single manifest as a story without data and expectation.
   *
   * @throws StoryException when something is missing or unreadable; the message names the file
   */
  public static Story read(Path path) {
    if (Files.isRegularFile(path)) {
      Path parent = Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(path);
      return new Story(
          parent,
          String.valueOf(path),
          List.of(),
          Map.of(),
          Map.of(),
          readJob(path),
          Optional.empty());
    }
    if (!Files.isRegularFile(path.resolve(MANIFEST))) {
      throw new StoryException(
          "%s holds no %s; name an example folder or a FineTuneJob manifest"
              .formatted(path, MANIFEST));
    }
    Description description = read(path.resolve(DESCRIPTION), Description.class);
    Path expected = path.resolve(EXPECTED_STATUS);
    return new Story(
        path,
        description.title(),
        Optional.ofNullable(description.needs()).orElse(List.of()),
        resolve(path, Optional.ofNullable(description.claims()).orElse(Map.of())),
        Optional.ofNullable(description.secrets()).orElse(Map.of()),
        readJob(path.resolve(MANIFEST)),
        Files.exists(expected)
            ? Optional.of(new ExpectedStatus(read(expected, JsonNode.class)))
            : Optional.empty());
  }

  /** The stories this one needs, siblings of its folder. */
  public List<Story> neededStories() {
    return needs.stream().map(name -> read(folder.resolveSibling(name))).toList();
  }

  public String name() {
    return job.getMetadata().getName();
  }

  /** Where its folders are, and in a cluster of its own its objects. */
  public String namespace() {
    return namespaceIn("default");
  }

  /** Where its objects are in a cluster whose users work in a certain namespace. */
  public String namespaceIn(String usual) {
    return Optional.ofNullable(job.getMetadata().getNamespace()).orElse(usual);
  }

  private static Map<String, Map<String, Path>> resolve(
      Path folder, Map<String, Map<String, String>> claims) {
    Map<String, Map<String, Path>> resolved = new LinkedHashMap<>();
    claims.forEach(
        (claim, content) -> {
          Map<String, Path> folders = new LinkedHashMap<>();
          content.forEach((target, source) -> folders.put(target, existing(folder, source)));
          resolved.put(claim, folders);
        });
    return resolved;
  }

  private static Path existing(Path folder, String source) {
    Path path = folder.resolve(source).normalize();
    if (!Files.isDirectory(path)) {
      throw new StoryException(
          "%s names the folder %s, which does not exist"
              .formatted(folder.resolve(DESCRIPTION), path));
    }
    return path;
  }

  private static FineTuneJob readJob(Path manifest) {
    FineTuneJob job = YAML.convertValue(asKubectlReads(manifest), FineTuneJob.class);
    if (job.getMetadata() == null || job.getMetadata().getName() == null) {
      throw new StoryException("%s has no metadata.name".formatted(manifest));
    }
    return job;
  }

  // kubectl takes 1e-4 for a number, YAML libraries for Java take it for text.
  private static JsonNode asKubectlReads(Path manifest) {
    YamlDocument document =
        switch (YamlDocument.parse(text(manifest))) {
          case YamlReading.Read read -> read.document();
          case YamlReading.Broken broken ->
              throw new StoryException(
                  "%s: %s".formatted(manifest, broken.findings().getFirst().message()));
        };
    if (document.root().path("spec") instanceof ObjectNode spec && spec.has("config")) {
      spec.set("config", new LlmForgeConfigReader().toStrictJson(document.below("spec", "config")));
    }
    return document.root();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new StoryException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static <T> T read(Path file, Class<T> type) {
    try {
      return YAML.readValue(file.toFile(), type);
    } catch (IOException e) {
      throw new StoryException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * The content of {@code story.yaml}.
   *
   * @param title one line for people
   * @param needs sibling folders whose stories must have run first
   * @param claims claim -> path in the claim ("." for its root) -> folder relative to the story
   * @param secrets Secret -> key -> value, for {@code spec.credentials}
   */
  private record Description(
      @JsonProperty(required = true) String title,
      @Nullable List<String> needs,
      @Nullable Map<String, Map<String, String>> claims,
      @Nullable Map<String, Map<String, String>> secrets) {}

  /** A story that cannot be told. */
  public static final class StoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoryException(String message) {
      super(message);
    }

    StoryException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
