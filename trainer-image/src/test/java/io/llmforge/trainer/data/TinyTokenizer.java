package io.llmforge.trainer.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a byte-level BPE tokenizer small enough to reason about: one token per byte, a few merges.
 */
public final class TinyTokenizer {

  public static final List<String> SPECIAL =
      List.of("<|pad|>", "<|begin|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>");
  public static final int BEGIN = 1;
  public static final int END = 2;
  public static final int VOCABULARY = SPECIAL.size() + 256 + merges().size();

  /** What the tokenizer does to a text besides cutting it up. */
  public enum PostProcessor {
    NONE,
    ADDS_BEGIN,
    TRIMS_OFFSETS
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private TinyTokenizer() {}

  public static Path write(Path folder) {
    return write(folder, PostProcessor.NONE);
  }

  public static Path write(Path folder, PostProcessor postProcessor) {
    try {
      Path file = Files.createDirectories(folder).resolve(TextTokenizer.FILE);
      JSON.writeValue(file.toFile(), document(postProcessor));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<List<String>> merges() {
    // The last two join what stands on both sides of a turn's border: "?" with "Y", blanks in a
    // row.
    return List.of(
        List.of("t", "h"),
        List.of("th", "e"),
        List.of("Ġ", "the"),
        List.of("e", "r"),
        List.of("?", "Y"),
        List.of("Ġ", "Ġ"));
  }

  private static ObjectNode document(PostProcessor postProcessor) {
    ObjectNode document = JSON.createObjectNode().put("version", "1.0");
    document.putNull("truncation").putNull("padding");
    ArrayNode added = document.putArray("added_tokens");
    ObjectNode vocabulary = JSON.createObjectNode();
    for (String special : SPECIAL) {
      added
          .addObject()
          .put("id", vocabulary.size())
          .put("content", special)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
      vocabulary.put(special, vocabulary.size());
    }
    int shifted = 0;
    for (int value = 0; value < 256; value++) {
      boolean printable = (value > 32 && value < 127) || (value > 160 && value != 173);
      vocabulary.put(
          Character.toString(printable ? value : 256 + shifted++), SPECIAL.size() + value);
    }
    merges().forEach(pair -> vocabulary.put(String.join("", pair), vocabulary.size()));
    document.putNull("normalizer");
    document.set("pre_tokenizer", byteLevel(false));
    document.set(
        "post_processor",
        switch (postProcessor) {
          case NONE -> JSON.nullNode();
          case ADDS_BEGIN -> addsBegin();
          case TRIMS_OFFSETS -> byteLevel(true);
        });
    document.set("decoder", byteLevel(false));
    ObjectNode model = document.putObject("model").put("type", "BPE");
    model.set("vocab", vocabulary);
    model.set("merges", JSON.valueToTree(merges()));
    return document;
  }

  /** Without the usual regular expression, so that merges may cross any border. */
  private static ObjectNode byteLevel(boolean trimOffsets) {
    return JSON.createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", trimOffsets)
        .put("use_regex", false);
  }

  private static ObjectNode addsBegin() {
    ObjectNode processor = JSON.createObjectNode().put("type", "TemplateProcessing");
    ArrayNode single = processor.putArray("single");
    single.addObject().putObject("SpecialToken").put("id", "<|begin|>").put("type_id", 0);
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    ArrayNode pair = processor.putArray("pair");
    pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
    ObjectNode begin = processor.putObject("special_tokens").putObject("<|begin|>");
    begin.put("id", "<|begin|>");
    begin.putArray("ids").add(BEGIN);
    begin.putArray("tokens").add("<|begin|>");
    return processor;
  }
}
