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

  private final Path base;
  private final TokenizerDocument document;
  private final NavigableMap<Integer, ObjectNode> added;
  private final LabelTokens tokens;

  private LabelledTokenizer(
      Path base,
      TokenizerDocument document,
      NavigableMap<Integer, ObjectNode> added,
      LabelTokens tokens) {
    this.base = base;
    this.document = document;
    this.added = added;
    this.tokens = tokens;
  }

  /**
   * Reads the tokenizer of a folder and finds a token for every label.
   *
   * @param source {@code tokenizer.json} as its user wrote it
   * @param labels the texts that become tokens, in their order
   * @throws TokenizerInvalidException when the tokenizer has no room for them
   */
  public static LabelledTokenizer of(Path base, String source, List<String> labels)
      throws IOException {
    TokenizerDocument document = parse(source, Files.readString(base.resolve(TextTokenizer.FILE)));
    NavigableMap<Integer, ObjectNode> added = new TreeMap<>(document.added());
    List<Integer> ids = add(source, labels, document.vocabulary(), added);
    return new LabelledTokenizer(base, document, added, new LabelTokens(labels, ids));
  }

  /** The tokens that the labels are. */
  public LabelTokens tokens() {
    return tokens;
  }

  /**
   * Writes {@code tokenizer.json} and, when the base has them, {@code tokenizer_config.json} and
   * {@code added_tokens.json}, which say the same again.
   */
  public void writeTo(Path folder) throws IOException {
    Files.writeString(folder.resolve(TextTokenizer.FILE), document.withAdded(added));
    writeConfig(base.resolve(CONFIG), folder.resolve(CONFIG));
    writeAddedTokens(base.resolve(ADDED_TOKENS_FILE), folder.resolve(ADDED_TOKENS_FILE));
  }

  private static TokenizerDocument parse(String source, String text) {
    try {
      return TokenizerDocument.parse(text);
    } catch (JsonProcessingException e) {
      throw invalid(source, "is not JSON (%s)".formatted(e.getOriginalMessage()), e);
    } catch (IllegalArgumentException e) {
      throw invalid(source, "is " + e.getMessage(), e);
    }
  }

  private static List<Integer> add(
      String source,
      List<String> labels,
      Map<String, Integer> vocabulary,
      NavigableMap<Integer, ObjectNode> added) {
    Map<String, Integer> known = new HashMap<>(vocabulary);
    added.forEach((id, token) -> known.put(token.path("content").textValue(), id));
    List<Integer> ids = new ArrayList<>();
    for (String label : labels) {
      Integer existing = known.get(label);
      int id = existing == null ? next(vocabulary, added) : existing;
      if (existing == null && vocabulary.containsValue(id)) {
        throw invalid(
            source,
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

  private void writeConfig(Path from, Path to) throws IOException {
    if (!Files.exists(from)) {
      return;
    }
    ObjectNode config = JSON.readValue(from.toFile(), ObjectNode.class);
    if (config.get(DECODER) instanceof ObjectNode decoder) {
      for (int label = 0; label < tokens.labels().size(); label++) {
        decoder.set(
            Integer.toString(tokens.ids().get(label)),
            described(JSON.createObjectNode(), tokens.labels().get(label)));
      }
    }
    write(config, to);
  }

  private void writeAddedTokens(Path from, Path to) throws IOException {
    if (!Files.exists(from)) {
      return;
    }
    ObjectNode all = JSON.readValue(from.toFile(), ObjectNode.class);
    for (int label = 0; label < tokens.labels().size(); label++) {
      all.put(tokens.labels().get(label), tokens.ids().get(label));
    }
    write(all, to);
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

  private static TokenizerInvalidException invalid(
      String source, String problem, @Nullable Throwable cause) {
    return new TokenizerInvalidException("%s %s".formatted(source, problem), cause);
  }
}
