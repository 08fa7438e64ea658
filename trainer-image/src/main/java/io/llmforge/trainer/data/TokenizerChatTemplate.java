package io.llmforge.trainer.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.template.Template;
import io.llmforge.trainer.template.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The chat template of a Hugging Face folder and the special tokens it can name, found as
 * Transformers 5 finds them: {@code chat_template.jinja} before {@code chat_template} of {@code
 * tokenizer_config.json}; of several named templates the one called {@code default}.
 *
 * @param template the template
 * @param specialTokens {@code bos_token}, {@code eos_token} and so on, those that are set
 */
record TokenizerChatTemplate(Template template, Map<String, String> specialTokens) {

  static final String FILE = "chat_template.jinja";
  static final String CONFIG = "tokenizer_config.json";
  private static final String TOKENS = "special_tokens_map.json";
  private static final String KEY = "chat_template";
  private static final String DEFAULT = "default";

  private static final ObjectMapper JSON = new ObjectMapper();

  TokenizerChatTemplate {
    specialTokens = Map.copyOf(specialTokens);
  }

  /**
   * Reads the template of a folder.
   *
   * @param source the folder as its user wrote it
   * @throws TokenizerInvalidException when there is none, or none that could be used
   */
  static TokenizerChatTemplate read(Path folder, String source) {
    try {
      JsonNode config = object(folder.resolve(CONFIG));
      Map<String, String> tokens = new LinkedHashMap<>();
      collectTokens(object(folder.resolve(TOKENS)), tokens);
      collectTokens(config, tokens);
      collectTokens(config.path("extra_special_tokens"), tokens);
      return new TokenizerChatTemplate(parsed(text(folder, config, source), source), tokens);
    } catch (JsonProcessingException e) {
      throw new TokenizerInvalidException(
          "%s or %s in %s is not JSON (%s); copy the model again"
              .formatted(CONFIG, TOKENS, source, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new TokenizerInvalidException(
          "the chat template in %s cannot be read: %s".formatted(source, e.getMessage()), e);
    }
  }

  private static String text(Path folder, JsonNode config, String source) throws IOException {
    Path file = folder.resolve(FILE);
    if (Files.isRegularFile(file)) {
      return Files.readString(file);
    }
    JsonNode given = config.path(KEY);
    if (given.isTextual()) {
      return given.textValue();
    }
    if (given.isArray()) {
      return named(given)
          .orElseThrow(
              () ->
                  new TokenizerInvalidException(
                      "%s in %s has chat templates, but none is named '%s'; %s"
                          .formatted(CONFIG, source, DEFAULT, instead()),
                      null));
    }
    throw new TokenizerInvalidException(
        "the tokenizer in %s has no chat template; %s".formatted(source, instead()), null);
  }

  private static String instead() {
    return "add generation_config.prompt_format, for example {system: \"<|system|>{instruction}\","
        + " user: \"<|user|>{instruction}\", assistant: \"<|assistant|>{instruction}</s>\"} with the"
        + " special tokens of the model";
  }

  private static Optional<String> named(JsonNode templates) {
    for (JsonNode each : templates) {
      if (each.path("name").asText().equals(DEFAULT) && each.path("template").isTextual()) {
        return Optional.of(each.get("template").textValue());
      }
    }
    return Optional.empty();
  }

  private static Template parsed(String text, String source) {
    try {
      return Template.parse(text);
    } catch (TemplateException e) {
      throw new TokenizerInvalidException(
          "the chat template in %s cannot be used: %s; %s"
              .formatted(source, e.getMessage(), instead()),
          e);
    }
  }

  /** Tokens are written as text or as an object with their text. */
  private static void collectTokens(JsonNode object, Map<String, String> tokens) {
    object
        .properties()
        .forEach(
            entry -> {
              JsonNode value = entry.getValue().path("content");
              JsonNode token = value.isMissingNode() ? entry.getValue() : value;
              if (entry.getKey().endsWith("_token") && token.isTextual()) {
                tokens.put(entry.getKey(), token.textValue());
              }
            });
  }

  private static JsonNode object(Path file) throws IOException {
    return Files.isRegularFile(file)
        ? JSON.readTree(Files.readString(file))
        : JSON.createObjectNode();
  }
}
