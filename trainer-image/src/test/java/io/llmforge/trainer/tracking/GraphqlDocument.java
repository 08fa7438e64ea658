package io.llmforge.trainer.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a GraphQL document asks for, by dotted names, as {@code record_wandb.py} writes it down.
 *
 * @param operation its kind and name
 * @param types of its variables
 * @param arguments which variable each argument takes
 * @param fields all that is asked for
 */
record GraphqlDocument(
    String operation,
    Map<String, String> types,
    Map<String, String> arguments,
    Set<String> fields) {

  private static final Pattern OPERATION =
      Pattern.compile("\\s*(query|mutation)\\s+(\\w+)\\s*\\((.*?)\\)\\s*(?=\\{)", Pattern.DOTALL);
  private static final Pattern TOKEN = Pattern.compile("\\w+\\s*\\([^)]*\\)|\\w+|[{}]");
  private static final Pattern TYPE = Pattern.compile("\\$(\\w+)\\s*:\\s*([^,\\s]+)");
  private static final Pattern ARGUMENT = Pattern.compile("(\\w+)\\s*:\\s*(\\$?\\w+)");
  private static final Pattern NAME = Pattern.compile("\\w+");

  static GraphqlDocument parse(String text) {
    var operation = OPERATION.matcher(text);
    if (!operation.lookingAt()) {
      throw new AssertionError("no operation: " + text);
    }
    var types = pairs(TYPE, operation.group(3));
    Map<String, String> arguments = new HashMap<>();
    Set<String> fields = new HashSet<>();
    var path = new ArrayDeque<String>();
    var last = "";
    var tokens = TOKEN.matcher(text.substring(operation.end()));
    while (tokens.find()) {
      var token = tokens.group();
      if (token.equals("{")) {
        path.addLast(last);
      } else if (token.equals("}")) {
        path.removeLast();
      } else {
        var name = NAME.matcher(token);
        name.lookingAt();
        last = name.group();
        List<String> names = new ArrayList<>(path);
        names.add(last);
        var dotted = String.join(".", names).substring(1);
        fields.add(dotted);
        pairs(ARGUMENT, token)
            .forEach((argument, value) -> arguments.put(dotted + "." + argument, value));
      }
    }
    return new GraphqlDocument(
        operation.group(1) + " " + operation.group(2), types, arguments, fields);
  }

  static GraphqlDocument read(JsonNode recorded) {
    Map<String, String> types = new HashMap<>();
    recorded
        .path("types")
        .properties()
        .forEach(it -> types.put(it.getKey(), it.getValue().asText()));
    Map<String, String> arguments = new HashMap<>();
    recorded
        .path("arguments")
        .properties()
        .forEach(it -> arguments.put(it.getKey(), it.getValue().asText()));
    Set<String> fields = new HashSet<>();
    recorded.path("fields").forEach(field -> fields.add(field.asText()));
    return new GraphqlDocument(recorded.path("operation").asText(), types, arguments, fields);
  }

  private static Map<String, String> pairs(Pattern pattern, String text) {
    Map<String, String> pairs = new HashMap<>();
    var found = pattern.matcher(text);
    while (found.find()) {
      pairs.put(found.group(1), found.group(2));
    }
    return Collections.unmodifiableMap(pairs);
  }
}
