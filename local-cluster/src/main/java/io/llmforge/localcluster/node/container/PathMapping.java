package io.llmforge.localcluster.node.container;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Real paths by container path. The longest container path wins. */
public record PathMapping(Map<String, Path> realPaths) {
  /**
   * A path starts where no other path could be in progress: not within a word, nor after / or -.
   */
  private static final String START = "(?:(?<![\\w./-])|(?<=file://))";

  private static final String END = "(?![\\w.-])";

  public PathMapping {
    var normalized = new HashMap<String, Path>();
    realPaths.forEach((path, real) -> normalized.put(withoutTrailingSlash(path), real));
    realPaths = Map.copyOf(normalized);
  }

  private static String withoutTrailingSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** Replaces every container path in the text, alone or within a longer path. */
  public String rewrite(String text) {
    if (realPaths.isEmpty()) {
      return text;
    }
    var anyPath =
        realPaths.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|"));
    return Pattern.compile(START + "(" + anyPath + ")" + END)
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(String.valueOf(realPaths.get(found.group(1)))));
  }
}
