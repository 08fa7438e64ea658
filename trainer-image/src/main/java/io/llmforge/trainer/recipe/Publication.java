package io.llmforge.trainer.recipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PromptFormat;
import io.llmforge.crds.plan.TokenizerTemplate;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.Manifest;
import io.llmforge.trainer.data.ChatTemplate;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.StagedFolder;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.storage.WriteProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The finished artefact: the best checkpoint's model or adapter, the tokenizer with the chat
 * template of the run, how it was trained, and a manifest of all of it.
 *
 * @param plan the run's plan
 * @param target folder that is published
 */
record Publication(TrainingPlan plan, Path target) {

  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final String CHAT_TEMPLATE = "chat_template.jinja";

  /** Where Transformers keeps named templates besides the default one. */
  private static final String MORE_TEMPLATES = "additional_chat_templates";

  private static final String GENERATION_CONFIG = "generation_config.json";

  /** Files of a Hugging Face folder that belong to its tokenizer and are taken over as they are. */
  private static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model");

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  /** Refuses, before anything is trained, a target that could not be written or is not ours. */
  void requirePossible() {
    String name = plan.output().location().text();
    WriteProbe.requireWritable(target, name);
    try {
      if (Files.isDirectory(target) && !isOurs()) {
        throw new StorageException.CannotWrite(
            "%s holds files that no run has written; choose another output folder or empty it"
                .formatted(name),
            null);
      }
    } catch (IOException e) {
      throw StorageException.writing(name, e);
    }
  }

  /**
   * Publishes a checkpoint.
   *
   * @param base folder of the base model, where the tokenizer comes from
   * @param metricsFile steps and evaluations of the run, beside the resolved plan
   * @param verification looks at the complete folder before it is published, and throws when it is
   *     not what it should be
   */
  Output publish(Checkpoint checkpoint, Path base, Path metricsFile, Consumer<Path> verification) {
    String name = plan.output().location().text();
    try {
      new StagedFolder(target)
          .write(
              folder -> {
                copyAll(checkpoint.artifact(), folder);
                writeTokenizer(base, folder);
                writeGenerationConfig(base, folder);
                Files.copy(metricsFile, folder.resolve(MetricsFile.NAME));
                Files.copy(
                    metricsFile.resolveSibling(ResolvedPlan.FILE),
                    folder.resolve(ResolvedPlan.FILE));
                Durable.writeText(
                    folder.resolve("training_plan.json"), PlanJson.writeIndented(plan));
                Manifest.write(folder);
                verification.accept(folder);
              });
      long bytes = Manifest.read(target).bytes();
      return new Output(kind(), name, Manifest.digest(target), bytes, checkpoint.state().step());
    } catch (IOException e) {
      throw StorageException.writing(name, e);
    }
  }

  private Output.Kind kind() {
    return switch (plan.tuning()) {
      case Tuning.FullParameter ignored -> Output.Kind.MODEL;
      case Tuning.Lora ignored -> Output.Kind.ADAPTER;
    };
  }

  private boolean isOurs() throws IOException {
    try (Stream<Path> children = Files.list(target)) {
      return Files.exists(target.resolve(Manifest.FILE)) || children.findAny().isEmpty();
    }
  }

  private void writeTokenizer(Path base, Path folder) throws IOException {
    for (String name : TOKENIZER_FILES) {
      if (Files.isRegularFile(base.resolve(name))) {
        Files.copy(base.resolve(name), folder.resolve(name));
      }
    }
    switch (plan.objective().textFormat()) {
      case PromptFormat format -> writeTemplate(ChatTemplate.of(format), base, folder);
      case TokenizerTemplate ignored -> copyTemplates(base, folder);
    }
  }

  private static void writeTemplate(String template, Path base, Path folder) throws IOException {
    ObjectNode config = readObject(base.resolve(TOKENIZER_CONFIG));
    config.put("chat_template", template);
    writeObject(config, folder.resolve(TOKENIZER_CONFIG));
    Durable.writeText(folder.resolve(CHAT_TEMPLATE), template);
  }

  /** The tokenizer's own templates, byte for byte. */
  private static void copyTemplates(Path base, Path folder) throws IOException {
    for (String name : List.of(TOKENIZER_CONFIG, CHAT_TEMPLATE)) {
      if (Files.isRegularFile(base.resolve(name))) {
        Files.copy(base.resolve(name), folder.resolve(name));
      }
    }
    Path more = base.resolve(MORE_TEMPLATES);
    if (Files.isDirectory(more)) {
      copyAll(more, Files.createDirectory(folder.resolve(MORE_TEMPLATES)));
    }
  }

  private void writeGenerationConfig(Path base, Path folder) throws IOException {
    ObjectNode config = readObject(base.resolve(GENERATION_CONFIG));
    List<String> stopping = plan.objective().textFormat().stoppingSequences();
    if (!stopping.isEmpty()) {
      stopping.forEach(config.putArray("stop_strings")::add);
    }
    writeObject(config, folder.resolve(GENERATION_CONFIG));
  }

  private static ObjectNode readObject(Path file) throws IOException {
    return Files.isRegularFile(file)
        ? JSON.readValue(file.toFile(), ObjectNode.class)
        : JSON.createObjectNode();
  }

  private static void writeObject(ObjectNode object, Path file) throws IOException {
    Durable.writeText(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(object));
  }

  private static void copyAll(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
