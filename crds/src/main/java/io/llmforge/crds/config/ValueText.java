package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;

/** How messages call a value that was found. */
public final class ValueText {

  private static final int LONGEST = 60;

  private ValueText() {}

  /** A text in quotes, a number as it is; of anything larger only what it is. */
  public static String of(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT, POJO -> "a mapping";
      case STRING -> "the text '%s'".formatted(shortened(value.asText()));
      case BOOLEAN, NUMBER, BINARY -> shortened(value.asText());
      case NULL, MISSING -> "nothing";
    };
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
  }
}
