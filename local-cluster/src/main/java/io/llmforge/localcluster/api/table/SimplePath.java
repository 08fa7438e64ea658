package io.llmforge.localcluster.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The JSON paths of printer columns: fields, indexes, all items, and items chosen by one equality,
 * as in {@code .status.conditions[?(@.type=="Ready")].status}.
 */
final class SimplePath {
  private static final Pattern STEP =
      Pattern.compile(
          "\\.(?<field>(?:[^.\\[\\\\]|\\\\.)+)"
              + "|\\['(?<quoted>[^']*)'\\]"
              + "|\\[(?<index>-?\\d+)\\]"
              + "|(?<all>\\[\\*\\])"
              + "|\\[\\?\\(@\\.(?<key>[\\w.]+)\\s*==\\s*['\"](?<value>[^'\"]*)['\"]\\)\\]");

  private final List<Step> steps = new ArrayList<>();

  SimplePath(String path) {
    Matcher matcher = STEP.matcher(path);
    while (matcher.find()) {
      steps.add(step(matcher));
    }
  }

  @FunctionalInterface
  private interface Step {
    Stream<JsonNode> from(JsonNode node);
  }

  private static Step step(Matcher matcher) {
    String name =
        Optional.ofNullable(matcher.group("field")).orElseGet(() -> text(matcher, "quoted"));
    if (!name.isEmpty()) {
      String field = name.replace("\\.", ".");
      return node -> Stream.of(node.path(field));
    }
    String index = text(matcher, "index");
    if (!index.isEmpty()) {
      int position = Integer.parseInt(index);
      return node -> Stream.of(node.path(position < 0 ? node.size() + position : position));
    }
    String key = text(matcher, "key");
    if (!key.isEmpty()) {
      String value = text(matcher, "value");
      return node -> node.valueStream().filter(item -> Json.textAt(item, key).equals(value));
    }
    return JsonNode::valueStream;
  }

  private static String text(Matcher matcher, String group) {
    return Optional.ofNullable(matcher.group(group)).orElse("");
  }

  /** The first thing the path leads to. */
  Optional<JsonNode> find(JsonNode object) {
    Stream<JsonNode> nodes = Stream.of(object);
    for (Step step : steps) {
      nodes = nodes.flatMap(step::from);
    }
    return nodes.filter(node -> !node.isMissingNode() && !node.isNull()).findFirst();
  }
}
