package io.llmforge.localcluster.node.container;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kubernetes' {@code $(NAME)} references: unknown names stay as they are, {@code $$} is one $. */
final class VariableExpansion {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\(([^()$]*)\\)");

  private VariableExpansion() {}

  static String expand(String text, Map<String, String> variables) {
    return REFERENCE
        .matcher(text)
        .replaceAll(
            found -> {
              var name = found.group(1);
              if (name == null) {
                return Matcher.quoteReplacement("$");
              }
              return Matcher.quoteReplacement(variables.getOrDefault(name, found.group()));
            });
  }
}
