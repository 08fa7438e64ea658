package io.llmforge.cli.story;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A partial status with bounds, as {@code expected-status.yaml} holds it.
 *
 * <p>A mapping asks for each of its keys. A list asks for each of its items, found by its {@code
 * type} or {@code name}. A scalar asks for the same text. A mapping of {@code below}, {@code above}
 * or {@code contains} bounds a scalar: a number, strictly; or a text that holds every text of the
 * list.
 *
 * @param tree the expectation
 */
public record ExpectedStatus(JsonNode tree) {

  private static final Set<String> BOUNDS = Set.of("below", "above", "contains");

  /** Every place where {@code actual} is not what is expected; empty when it is. */
  public List<Mismatch> compare(JsonNode actual) {
    List<Mismatch> mismatches = new ArrayList<>();
    compare("status", tree, actual, mismatches);
    return List.copyOf(mismatches);
  }

  private static void compare(
      String path, JsonNode expected, JsonNode actual, List<Mismatch> mismatches) {
    if (isBound(expected)) {
      compareBound(path, expected, actual, mismatches);
    } else if (expected.isObject()) {
      expected
          .properties()
          .forEach(
              entry ->
                  compare(
                      path + "." + entry.getKey(),
                      entry.getValue(),
                      actual.path(entry.getKey()),
                      mismatches));
    } else if (expected.isArray()) {
      expected.forEach(item -> compareItem(path, item, actual, mismatches));
    } else if (!expected.asText().equals(actual.asText()) || actual.isMissingNode()) {
      mismatches.add(new Mismatch(path, expected.asText(), text(actual)));
    }
  }

  private static boolean isBound(JsonNode expected) {
    return expected.isObject()
        && !expected.isEmpty()
        && expected.properties().stream().allMatch(entry -> BOUNDS.contains(entry.getKey()));
  }

  private static void compareItem(
      String path, JsonNode expected, JsonNode actual, List<Mismatch> mismatches) {
    String key = expected.has("type") ? "type" : "name";
    String value = expected.path(key).asText();
    for (JsonNode candidate : actual) {
      if (candidate.path(key).asText().equals(value)) {
        compare(path + "[" + value + "]", expected, candidate, mismatches);
        return;
      }
    }
    mismatches.add(new Mismatch(path, "an item with " + key + " " + value, "none"));
  }

  private static void compareBound(
      String path, JsonNode bound, JsonNode actual, List<Mismatch> mismatches) {
    if (bound.has("contains")) {
      for (JsonNode part : bound.get("contains")) {
        if (!actual.asText().contains(part.asText())) {
          mismatches.add(new Mismatch(path, "a text with \"" + part.asText() + "\"", text(actual)));
        }
      }
    }
    Optional<BigDecimal> number = number(actual);
    if (bound.has("below")
        && !number.filter(n -> n.compareTo(bound.get("below").decimalValue()) < 0).isPresent()) {
      mismatches.add(new Mismatch(path, "below " + bound.get("below").asText(), text(actual)));
    }
    if (bound.has("above")
        && !number.filter(n -> n.compareTo(bound.get("above").decimalValue()) > 0).isPresent()) {
      mismatches.add(new Mismatch(path, "above " + bound.get("above").asText(), text(actual)));
    }
  }

  // Metrics travel as text, so that NaN survives; NaN is within no bound.
  private static Optional<BigDecimal> number(JsonNode actual) {
    try {
      return Optional.of(new BigDecimal(actual.asText()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static String text(JsonNode actual) {
    return actual.isMissingNode() || actual.isNull()
        ? "nothing"
        : actual.isContainerNode() ? actual.toString() : actual.asText();
  }

  /**
   * A place where the status is not what is expected.
   *
   * @param path where
   * @param expected what should be there
   * @param actual what is there
   */
  public record Mismatch(String path, String expected, String actual) {
    @Override
    public String toString() {
      return "%s: expected %s, found %s".formatted(path, expected, actual);
    }
  }
}
