package io.llmforge.trainer.conformance;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What one golden test left behind.
 *
 * @param test which of the thirty
 * @param cases agreements, by name
 * @param negativeControls mistakes made on purpose and seen, by name
 */
record ConformanceSummary(
    GoldenTest test, List<ConformanceRecord> cases, List<ConformanceRecord> negativeControls) {

  private static final Comparator<ConformanceRecord> BY_NAME =
      Comparator.comparing(ConformanceRecord::what);

  /** Reads {@code NAME.jsonl} in {@code folder}; a test without the file covers nothing. */
  static ConformanceSummary read(GoldenTest test, Path folder) throws IOException {
    var file = folder.resolve(test.name() + ".jsonl");
    var records = new ArrayList<ConformanceRecord>();
    if (Files.exists(file)) {
      var json = new ObjectMapper();
      for (var line : Files.readAllLines(file)) {
        records.add(json.readValue(line, ConformanceRecord.class));
      }
    }
    return new ConformanceSummary(test, sorted(records, false), sorted(records, true));
  }

  boolean isCovered() {
    return !cases.isEmpty();
  }

  int comparisons() {
    return cases.stream().mapToInt(ConformanceRecord::comparisons).sum();
  }

  /** The case that came closest to its bound; nothing when all were compared exactly. */
  Optional<ConformanceRecord> closest() {
    return cases.stream()
        .filter(record -> record.bound() > 0)
        .max(Comparator.comparingDouble(record -> record.worst() / record.bound()));
  }

  private static List<ConformanceRecord> sorted(
      List<ConformanceRecord> records, boolean negativeControl) {
    return records.stream()
        .filter(record -> record.negativeControl() == negativeControl)
        .sorted(BY_NAME)
        .toList();
  }
}
