package io.llmforge.trainer.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A folder of templates with what Transformers makes of them, as make_templates.py writes it.
 *
 * @param folder where {@code *.jinja}, {@code conversations.json} and {@code expected.json} lie
 */
record GoldenTemplates(Path folder) {

  /** What strftime_now told when the texts were made. */
  static final LocalDateTime NOW = LocalDateTime.of(2025, 3, 9, 14, 5, 7);

  private static final ObjectMapper JSON = new ObjectMapper();

  /** One template and one conversation. */
  record Case(
      String template, String conversation, String source, JsonNode variables, JsonNode expected) {

    /** How ours differs from what is expected, if it does. */
    Optional<String> difference() {
      RenderedTemplate rendered;
      try {
        rendered = Template.parse(source).render(passed(this), NOW);
      } catch (TemplateException e) {
        return expected.has("error")
            ? Optional.empty()
            : Optional.of("ours fails: " + e.getMessage());
      }
      if (expected.has("error")) {
        return Optional.of("ours renders, theirs fails with " + expected.get("error").asText());
      }
      if (!rendered.text().equals(expected.get("text").asText())) {
        return Optional.of(
            "text:%n  ours   %s%n  theirs %s"
                .formatted(rendered.text(), expected.get("text").asText()));
      }
      List<GeneratedSpan> spans = new ArrayList<>();
      for (JsonNode span : expected.get("spans")) {
        spans.add(new GeneratedSpan(span.get(0).asInt(), span.get(1).asInt()));
      }
      return rendered.generated().equals(spans)
          ? Optional.empty()
          : Optional.of("spans: ours %s theirs %s".formatted(rendered.generated(), spans));
    }

    Case expecting(JsonNode other) {
      return new Case(template, conversation, source, variables, other);
    }

    @Override
    public String toString() {
      return template + ", " + conversation;
    }
  }

  List<Case> cases() {
    JsonNode expected = read("expected.json");
    JsonNode conversations = read("conversations.json");
    List<Case> cases = new ArrayList<>();
    expected
        .properties()
        .forEach(
            template -> {
              String source = source(template.getKey());
              template
                  .getValue()
                  .properties()
                  .forEach(
                      each ->
                          cases.add(
                              new Case(
                                  template.getKey(),
                                  each.getKey(),
                                  source,
                                  conversations.get(each.getKey()),
                                  each.getValue())));
            });
    return cases;
  }

  List<Case> snippets() {
    JsonNode file = read("snippets.json");
    List<Case> cases = new ArrayList<>();
    for (JsonNode snippet : file.get("snippets")) {
      String source = snippet.get("template").asText();
      cases.add(new Case(source, "snippet", source, file.get("variables"), snippet));
    }
    return cases;
  }

  /** The variables as Transformers passes them: these three are always there. */
  private static Map<String, Object> passed(Case testCase) {
    Map<String, Object> variables = new HashMap<>();
    variables.put("tools", null);
    variables.put("documents", null);
    variables.put("add_generation_prompt", false);
    variables.putAll(
        JSON.convertValue(
            testCase.variables(),
            JSON.getTypeFactory().constructMapType(Map.class, String.class, Object.class)));
    return variables;
  }

  private JsonNode read(String name) {
    try {
      return JSON.readTree(folder.resolve(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String source(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
