package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.PromptFormat;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.data.LabelTokens;
import io.llmforge.trainer.data.LabelledTokenizer;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.data.TokenizerInvalidException;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StagedFolder;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.storage.Volumes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tokenizer a run trains and publishes with: the base model's own, or, when labels become
 * tokens, a copy of it in the workspace.
 *
 * @param folder where its files are
 * @param source how messages name that place
 * @param labels the tokens that were added; none of most tasks
 */
record RunTokenizer(Path folder, String source, LabelTokens labels) {

  private static final String FOLDER = "tokenizer";
  static final String CONFIG = "tokenizer_config.json";
  static final String CHAT_TEMPLATE = "chat_template.jinja";

  /** Where Transformers keeps named templates besides the default one. */
  private static final String MORE_TEMPLATES = "additional_chat_templates";

  /** Files of a Hugging Face folder that belong to its tokenizer and are taken over as they are. */
  private static final List<String> FILES =
      List.of(
          TextTokenizer.FILE,
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model");

  /** Makes the tokenizer of a run, on disk when it returns. */
  static RunTokenizer prepare(TrainingPlan plan, Path base, Volumes volumes) {
    String source = plan.model().base().text();
    requireFile(base, source);
    return switch (plan.objective()) {
      case Objective.Classification classification ->
          labelled(base, source, classification, volumes.workspace().resolve(FOLDER));
      case Objective.CausalLm ignored -> new RunTokenizer(base, source, LabelTokens.NONE);
      case Objective.InstructionTuning ignored -> new RunTokenizer(base, source, LabelTokens.NONE);
      case Objective.PreferenceTuning ignored -> new RunTokenizer(base, source, LabelTokens.NONE);
    };
  }

  TextTokenizer open() {
    return TextTokenizer.open(
        folder.resolve(TextTokenizer.FILE), source + "/" + TextTokenizer.FILE);
  }

  /** SHA-256 of the files that say how text becomes tokens. */
  String digest() {
    Sha256 digest = new Sha256();
    for (String name : List.of(TextTokenizer.FILE, CONFIG, CHAT_TEMPLATE)) {
      Path file = folder.resolve(name);
      try {
        digest.add(name);
        if (Files.isRegularFile(file)) {
          digest.add(file);
        }
      } catch (IOException e) {
        throw StorageException.reading(file.toString(), e);
      }
    }
    return digest.hex();
  }

  /** Copies its files, but for the configuration and the templates. */
  void copyTo(Path target) throws IOException {
    copy(folder, FILES, target);
  }

  /** Copies the configuration and the tokenizer's own templates, byte for byte. */
  void copyTemplatesTo(Path target) throws IOException {
    copyTemplates(folder, target);
  }

  private static RunTokenizer labelled(
      Path base, String source, Objective.Classification classification, Path folder) {
    requireUsable(classification);
    String name = source + "/" + TextTokenizer.FILE;
    try {
      var labelled = LabelledTokenizer.of(base, name, classification.labels());
      new StagedFolder(folder)
          .write(
              partial -> {
                copy(base, FILES, partial);
                copyTemplates(base, partial);
                labelled.writeTo(partial);
              });
      requireTokens(labelled.tokens(), folder, name);
      return new RunTokenizer(folder, source, labelled.tokens());
    } catch (IOException e) {
      throw StorageException.writing("the tokenizer with the labels", e);
    }
  }

  /** The library numbers added tokens anew when it reads them, and must come to the same. */
  private static void requireTokens(LabelTokens expected, Path folder, String name) {
    try (TextTokenizer tokenizer = TextTokenizer.open(folder.resolve(TextTokenizer.FILE), name)) {
      LabelTokens actual = LabelTokens.of(expected.labels(), tokenizer);
      if (!actual.equals(expected)) {
        throw new TokenizerInvalidException(
            "%s: the labels were added as the tokens %s and are read as %s; number the vocabulary without gaps"
                .formatted(name, expected.ids(), actual.ids()),
            null);
      }
    }
  }

  private static void requireUsable(Objective.Classification classification) {
    boolean strips =
        classification.textFormat() instanceof PromptFormat format && format.stripWhitespace();
    for (String label : classification.labels()) {
      if (label.isBlank()) {
        throw new PlanInvalidException(
            "classifier_config.label_tokens: a label is blank; write a text that shows");
      }
      if (strips && !label.equals(label.strip())) {
        throw new PlanInvalidException(
            "classifier_config.label_tokens: '%s' has white space around it, which the prompt format strips from every answer; remove it"
                .formatted(label));
      }
    }
  }

  private static void requireFile(Path folder, String source) {
    if (!Files.isRegularFile(folder.resolve(TextTokenizer.FILE))) {
      throw new StorageException.NotFound(
          "%s/%s does not exist; the model folder needs the model's tokenizer in this form"
              .formatted(source, TextTokenizer.FILE),
          null);
    }
  }

  private static void copyTemplates(Path from, Path to) throws IOException {
    copy(from, List.of(CONFIG, CHAT_TEMPLATE), to);
    Path more = from.resolve(MORE_TEMPLATES);
    if (Files.isDirectory(more)) {
      Path copied = Files.createDirectory(to.resolve(MORE_TEMPLATES));
      try (Stream<Path> files = Files.list(more)) {
        copy(more, files.map(file -> file.getFileName().toString()).toList(), copied);
      }
    }
  }

  private static void copy(Path from, List<String> names, Path to) throws IOException {
    for (String name : names) {
      if (Files.isRegularFile(from.resolve(name))) {
        Files.copy(from.resolve(name), to.resolve(name));
      }
    }
  }
}
