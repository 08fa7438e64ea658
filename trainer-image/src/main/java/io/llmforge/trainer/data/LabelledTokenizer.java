package io.llmforge.trainer.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes labels tokens of a tokenizer, as {@code add_tokens(labels, special_tokens=True)} of
 * Transformers does: a text that is a token already keeps its number, a new one gets the next
 * behind the vocabulary, and all of them are special, so that no label is ever split.
 */
public final class LabelledTokenizer {

  private static final String CONFIG = "tokenizer_config.json";
  private static final String ADDED_TOKENS_FILE = "added_tokens.json";
  private static final String DECODER = "added_tokens_decoder";
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final String source;
  private final List<String> labels;

  /**
   * Adds nothing yet.
   *
   * @param source the tokenizer's file as its user wrote it
   * @param labels the texts that become tokens, in their order
   */
  public LabelledTokenizer(String source, List<String> labels) {
    this.source = source;
    this.labels = List.copyOf(labels);
  }

  /**
   * Patches {@code tokenizer.json} of a folder and, where they say the same again, {@code
   * tokenizer_config.json} and {@code added_tokens.json}.
   *
   * @return the tokens that the labels are now
   * @throws TokenizerInvalidException when the tokenizer has no room for them
   */
  public LabelTokens patch(Path folder) throws IOException {
    Path file = folder.resolve(TextTokenizer.FILE);
    TokenizerDocument document = parse(Files.readString(file));
    TreeMap<Integer, ObjectNode> added = new TreeMap<>(document.added());
    List<Integer> ids = add(document.vocabulary(), added);
    Files.writeString(file, document.withAdded(added));
    patchConfig(folder.resolve(CONFIG), ids);
    patchAddedTokens(folder.resolve(ADDED_TOKENS_FILE), ids);
    return new LabelTokens(labels, ids);
  }

  private TokenizerDocument parse(String text) {
    try {
      return TokenizerDocument.parse(text);
    } catch (JsonProcessingException e) {
      throw invalid("is not JSON (%s)".formatted(e.getOriginalMessage()), e);
    } catch (IllegalArgumentException e) {
      throw invalid("is " + e.getMessage(), e);
    }
  }

  private List<Integer> add(
      Map<String, Integer> vocabulary, NavigableMap<Integer, ObjectNode> added) {
    Map<String, Integer> known = new HashMap<>(vocabulary);
    added.forEach((id, token) -> known.put(token.path("content").textValue(), id));
    List<Integer> ids = new ArrayList<>();
    for (String label : labels) {
      Integer existing = known.get(label);
      int id = existing == null ? next(vocabulary, added) : existing;
      if (existing == null && vocabulary.containsValue(id)) {
        throw invalid(
            "numbers its tokens with gaps: the next, %d, is one already, so label '%s' cannot be added; number them without gaps"
                .formatted(id, label),
            null);
      }
      known.put(label, id);
      added.put(id, described(JSON.createObjectNode().put("id", id), label));
      ids.add(id);
    }
    return ids;
  }

  /** The library counts the vocabulary's tokens; it does not look at their numbers. */
  private static int next(
      Map<String, Integer> vocabulary, NavigableMap<Integer, ObjectNode> added) {
    return added.isEmpty()
        ? vocabulary.size()
        : Math.max(vocabulary.size(), Math.addExact(added.lastKey(), 1));
  }

  private void patchConfig(Path file, List<Integer> ids) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    ObjectNode config = JSON.readValue(file.toFile(), ObjectNode.class);
    if (config.get(DECODER) instanceof ObjectNode decoder) {
      for (int label = 0; label < labels.size(); label++) {
        decoder.set(
            Integer.toString(ids.get(label)),
            described(JSON.createObjectNode(), labels.get(label)));
      }
      write(config, file);
    }
  }

  private void patchAddedTokens(Path file, List<Integer> ids) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    ObjectNode tokens = JSON.readValue(file.toFile(), ObjectNode.class);
    for (int label = 0; label < labels.size(); label++) {
      tokens.put(labels.get(label), ids.get(label));
    }
    write(tokens, file);
  }

  private static void write(ObjectNode object, Path file) throws IOException {
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(object));
  }

  private static ObjectNode described(ObjectNode token, String label) {
    return token
        .put("content", label)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
  }

  private TokenizerInvalidException invalid(String problem, @Nullable Throwable cause) {
    return new TokenizerInvalidException("%s %s".formatted(source, problem), cause);
  }
}
