package io.llmforge.localcluster.api.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.localcluster.api.status.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Requirements on labels, all of which must hold; the text form of {@code kubectl -l}. */
public record LabelSelector(List<Requirement> requirements) {
  private static final Pattern SET = Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)");
  private static final Pattern EQUALITY = Pattern.compile("([^=!\\s]+)\\s*(==|=|!=)\\s*(\\S*)");
  private static final Pattern EXISTENCE = Pattern.compile("(!?)\\s*([^=!\\s()]+)");
  private static final Pattern COMMA_OUTSIDE_SET = Pattern.compile(",(?![^(]*\\))");

  public LabelSelector {
    requirements = List.copyOf(requirements);
  }

  /** What one requirement asks of a label. */
  public sealed interface Requirement {
    boolean holds(JsonNode labels);
  }

  record Exists(String label) implements Requirement {
    @Override
    public boolean holds(JsonNode labels) {
      return labels.has(label);
    }
  }

  record Missing(String label) implements Requirement {
    @Override
    public boolean holds(JsonNode labels) {
      return !labels.has(label);
    }
  }

  record In(String label, Set<String> values) implements Requirement {
    @Override
    public boolean holds(JsonNode labels) {
      return labels.has(label) && values.contains(labels.get(label).asText());
    }
  }

  record NotIn(String label, Set<String> values) implements Requirement {
    @Override
    public boolean holds(JsonNode labels) {
      return !labels.has(label) || !values.contains(labels.get(label).asText());
    }
  }

  public static LabelSelector parse(String text) {
    List<Requirement> requirements = new ArrayList<>();
    for (String part : COMMA_OUTSIDE_SET.splitAsStream(text).map(String::strip).toList()) {
      if (!part.isEmpty()) {
        requirements.add(requirement(part));
      }
    }
    return new LabelSelector(requirements);
  }

  private static Requirement requirement(String part) {
    Matcher set = SET.matcher(part);
    if (set.matches()) {
      Set<String> values = values(set.group(3));
      return set.group(2).equals("in")
          ? new In(set.group(1), values)
          : new NotIn(set.group(1), values);
    }
    Matcher equality = EQUALITY.matcher(part);
    if (equality.matches()) {
      Set<String> value = Set.of(equality.group(3));
      return equality.group(2).equals("!=")
          ? new NotIn(equality.group(1), value)
          : new In(equality.group(1), value);
    }
    Matcher existence = EXISTENCE.matcher(part);
    if (existence.matches()) {
      String label = existence.group(2);
      return existence.group(1).isEmpty() ? new Exists(label) : new Missing(label);
    }
    throw StatusException.badRequest("unable to parse requirement: " + part);
  }

  private static Set<String> values(String list) {
    Set<String> values = new TreeSet<>();
    var tokens = new StringTokenizer(list, ",");
    while (tokens.hasMoreTokens()) {
      values.add(tokens.nextToken().strip());
    }
    return values;
  }

  public boolean matches(JsonNode object) {
    JsonNode labels = object.path("metadata").path("labels");
    return requirements.stream().allMatch(requirement -> requirement.holds(labels));
  }
}
