package io.llmforge.trainer.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The text of a {@code tokenizer.json}, and the two parts of it that decide which token a text is
 * when it is added: everything else stays as it stands, to the last character.
 *
 * @param text the file
 * @param vocabulary the model's tokens
 * @param added {@code added_tokens} by token, as they are
 */
record TokenizerDocument(
    String text, Map<String, Integer> vocabulary, NavigableMap<Integer, ObjectNode> added) {

  static final String ADDED_TOKENS = "added_tokens";
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  /**
   * Reads the text of the file.
   *
   * @throws JsonProcessingException when it is not JSON
   * @throws IllegalArgumentException when it is not a tokenizer; the message completes "is"
   */
  static TokenizerDocument parse(String text) throws JsonProcessingException {
    JsonNode root = JSON.readTree(text);
    JsonNode list = root.path(ADDED_TOKENS);
    if (!list.isArray()) {
      throw new IllegalArgumentException("without its list 'added_tokens'");
    }
    TreeMap<Integer, ObjectNode> added = new TreeMap<>();
    for (JsonNode entry : list) {
      if (!(entry instanceof ObjectNode token)
          || !token.path("id").canConvertToInt()
          || !token.path("content").isTextual()) {
        throw new IllegalArgumentException(
            "with an added token that has no id or content: " + entry);
      }
      added.put(token.path("id").intValue(), token);
    }
    return new TokenizerDocument(text, vocabulary(root.path("model").path("vocab")), added);
  }

  /** The same file with other added tokens, in the order of their numbers. */
  String withAdded(NavigableMap<Integer, ObjectNode> tokens) {
    String list =
        tokens.values().stream()
            .map(token -> "    " + token)
            .collect(Collectors.joining(",\n", "[\n", "\n  ]"));
    try (var parser = JSON.createParser(text)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = parser.currentName().equals(ADDED_TOKENS);
        parser.nextToken();
        int start = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
        parser.skipChildren();
        int end = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
        if (found) {
          return text.substring(0, start) + list + text.substring(end + 1);
        }
      }
      throw new IllegalStateException("the text was parsed before");
    } catch (IOException e) {
      throw new IllegalStateException("the text was parsed before", e);
    }
  }

  /** BPE, WordPiece and WordLevel number their tokens, Unigram lists them with their scores. */
  private static Map<String, Integer> vocabulary(JsonNode vocabulary) {
    if (!vocabulary.isContainerNode()) {
      throw new IllegalArgumentException("without a vocabulary in its 'model'");
    }
    Map<String, Integer> tokens = HashMap.newHashMap(vocabulary.size());
    if (vocabulary.isObject()) {
      Set<Map.Entry<String, JsonNode>> entries = vocabulary.properties();
      entries.forEach(entry -> tokens.put(entry.getKey(), entry.getValue().intValue()));
    } else {
      int id = 0;
      for (JsonNode piece : vocabulary) {
        tokens.put(piece.path(0).asText(), id++);
      }
    }
    return tokens;
  }
}
