package io.llmforge.operator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of the page on monitoring. */
final class MetricsPage {

  private static final Path PAGE = Path.of("../docs/monitoring.md");
  private static final Pattern METRIC =
      Pattern.compile("^\\| `(?<metric>llmforge_[a-z_]+)(?:\\{(?<labels>[a-z,]+)})?` \\| .+");

  private MetricsPage() {}

  /** The labels of every metric of ours. */
  static SortedMap<String, SortedSet<String>> documented() throws IOException {
    SortedMap<String, SortedSet<String>> documented = new TreeMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = METRIC.matcher(line);
      if (row.matches()) {
        SortedSet<String> labels = new TreeSet<>();
        if (row.group("labels") != null) {
          labels.addAll(List.of(row.group("labels").split(",")));
        }
        documented.put(row.group("metric"), labels);
      }
    }
    return documented;
  }
}
