package io.llmforge.operator.monitoring;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a program exposes to Prometheus.
 *
 * @param metrics values by label by metric
 */
public record ExposedMetrics(Map<String, Map<String, Set<String>>> metrics) {

  private static final Pattern SAMPLE =
      Pattern.compile("(?<metric>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(?<labels>.*)})? \\S+");
  private static final Pattern LABEL =
      Pattern.compile("(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=\"(?<value>(?:[^\"\\\\]|\\\\.)*)\"");

  /** Reads the text format. */
  public static ExposedMetrics of(String text) {
    Map<String, Map<String, Set<String>>> metrics = new HashMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .map(SAMPLE::matcher)
        .filter(Matcher::matches)
        .forEach(sample -> add(sample, metrics));
    return new ExposedMetrics(metrics);
  }

  private static void add(Matcher sample, Map<String, Map<String, Set<String>>> metrics) {
    Map<String, Set<String>> labels =
        metrics.computeIfAbsent(sample.group("metric"), metric -> new HashMap<>());
    if (sample.group("labels") != null) {
      LABEL
          .matcher(sample.group("labels"))
          .results()
          .forEach(
              label ->
                  labels
                      .computeIfAbsent(label.group("name"), name -> new HashSet<>())
                      .add(label.group("value")));
    }
  }

  /** The labels of every metric of ours, by its name without what a timer adds to it. */
  public SortedMap<String, SortedSet<String>> ours() {
    SortedMap<String, SortedSet<String>> ours = new TreeMap<>();
    metrics.forEach(
        (metric, labels) -> {
          if (metric.startsWith("llmforge_")) {
            ours.computeIfAbsent(
                    metric.replaceAll("_(count|sum|max|created)$", ""), name -> new TreeSet<>())
                .addAll(labels.keySet());
          }
        });
    return ours;
  }

  /** What a query asks for that is not there: metrics, labels, values compared for equality. */
  public List<String> wrong(PromQl query) {
    List<String> wrong = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (PromQl.Selector selector : query.selectors()) {
      Map<String, Set<String>> labels = metrics.get(selector.metric());
      if (labels == null) {
        wrong.add("no metric " + selector.metric());
        continue;
      }
      known.addAll(labels.keySet());
      selector
          .matchers()
          .forEach(
              (label, matcher) -> {
                Set<String> values = labels.getOrDefault(label, Set.of());
                boolean exact = matcher.startsWith("=") && !matcher.startsWith("=~");
                if (values.isEmpty() || (exact && !values.contains(matcher.substring(1)))) {
                  wrong.add("no %s{%s%s}".formatted(selector.metric(), label, matcher));
                }
              });
    }
    query.labels().stream()
        .filter(label -> !known.contains(label))
        .forEach(label -> wrong.add("no label " + label));
    return wrong;
  }
}
