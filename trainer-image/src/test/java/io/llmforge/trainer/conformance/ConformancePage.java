package io.llmforge.trainer.conformance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Writes {@code conformance.md} and {@code conformance.json} from what the golden tests left in
 * {@code target/conformance}. Run by {@code ./llmforge conformance}.
 *
 * @param summaries one for each golden test, in order
 * @param versions what computed the numbers
 */
record ConformancePage(List<ConformanceSummary> summaries, ConformanceVersions versions) {

  private static final String INTRODUCTION =
      """
      # Conformance

      Thirty golden tests compare the trainer with the reference stack: tiny random models, inputs and expected numbers were recorded by Python scripts
      (`trainer-image/src/test/fixtures`), and the tests, which need no Python, compare what the trainer computes. `./llmforge conformance` runs them and writes this page;
      [conformance.json](conformance.json) holds every case.

      The worst error is that of the case that came closest to its bound: the largest difference as a share of the reference's largest value, unless the case says else. *exact*: equal to
      the last bit, character or number. A negative control is a mistake made on purpose that the comparison, or a check before training, had to see.
      """;

  /** Arguments: folder of records, requirements of the reference stack, folder to write to. */
  public static void main(String... arguments) throws IOException {
    var records = Path.of(arguments[0]);
    var versions = ConformanceVersions.read(Path.of(arguments[1]));
    var docs = Path.of(arguments[2]);
    var page = read(records, versions);
    Files.writeString(docs.resolve("conformance.md"), page.markdown());
    Files.writeString(docs.resolve("conformance.json"), page.json());
    System.out.printf(
        "%d of %d golden tests are covered; see %s%n",
        page.summaries.stream().filter(ConformanceSummary::isCovered).count(),
        page.summaries.size(),
        docs.resolve("conformance.md"));
  }

  static ConformancePage read(Path records, ConformanceVersions versions) throws IOException {
    var summaries = new ArrayList<ConformanceSummary>();
    for (var test : GoldenTest.values()) {
      summaries.add(ConformanceSummary.read(test, records));
    }
    return new ConformancePage(List.copyOf(summaries), versions);
  }

  String markdown() {
    var covered = summaries.stream().filter(ConformanceSummary::isCovered).count();
    return INTRODUCTION
        + "\n%d of %d are covered. Reference: %s. Trainer: %s.%n%n"
            .formatted(covered, summaries.size(), versions.reference(), versions.trainer())
        + """
        | # | subject | reference | cases | compared | worst error | bound | negative controls caught |
        |---|---|---|---|---|---|---|---|
        """
        + summaries.stream().map(ConformancePage::row).collect(Collectors.joining())
        + "\n## Mistakes made on purpose\n\n"
        + controls();
  }

  private static String row(ConformanceSummary summary) {
    var test = summary.test();
    var controls = summary.negativeControls().size();
    var closest = summary.closest();
    var numbers =
        !summary.isCovered()
            ? "not covered | | | "
            : "%d | %d | %s | %s"
                .formatted(
                    summary.cases().size(),
                    summary.comparisons(),
                    closest.map(record -> scientific(record.worst())).orElse("exact"),
                    closest.map(record -> scientific(record.bound())).orElse("0"));
    return "| %d | %s | %s | %s | %s |%n"
        .formatted(
            test.number(),
            test.subject(),
            test.reference(),
            numbers,
            controls == 0 ? "" : controls);
  }

  private String controls() {
    var lines =
        summaries.stream()
            .flatMap(
                summary ->
                    summary.negativeControls().stream()
                        .map(
                            record ->
                                "- %d: %s%n".formatted(record.test().number(), record.what())))
            .collect(Collectors.joining());
    return lines.isEmpty() ? "None yet.\n" : lines;
  }

  String json() throws IOException {
    var mapper = new ObjectMapper();
    var root = mapper.createObjectNode();
    var tested = root.putObject("versions");
    tested.put("reference", versions.reference()).put("trainer", versions.trainer());
    var tests = root.putArray("tests");
    for (var summary : summaries) {
      var test = tests.addObject();
      test.put("number", summary.test().number()).put("name", summary.test().name());
      test.put("subject", summary.test().subject()).put("reference", summary.test().reference());
      test.put("covered", summary.isCovered());
      add(summary.cases(), test.putArray("cases"));
      add(summary.negativeControls(), test.putArray("negative_controls"));
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
  }

  private static void add(List<ConformanceRecord> records, ArrayNode array) {
    for (var record : records) {
      ObjectNode node = array.addObject().put("what", record.what());
      // JSON knows no infinity; a mistake that was refused has no error.
      if (Double.isFinite(record.worst())) {
        node.put("worst", record.worst()).put("bound", record.bound());
      }
      node.put("comparisons", record.comparisons());
    }
  }

  private static String scientific(double number) {
    return String.format(Locale.ROOT, "%.1e", number);
  }
}
