package io.llmforge.trainer.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformancePageTest {

  private static final ConformanceVersions VERSIONS =
      new ConformanceVersions("torch 2.13.0", "JDK 25, libtorch 2.7.1");

  @TempDir private Path records;

  @Test
  void everyGoldenTestHasARowAndTheClosestCaseSpeaksForIt() throws IOException {
    write(
        GoldenTest.FORWARD,
        "{'test':'FORWARD','what':'llama','worst':1e-6,'bound':2e-5,'comparisons':4,'negativeControl':false}",
        "{'test':'FORWARD','what':'bf16','worst':1e-3,'bound':1e-1,'comparisons':3,'negativeControl':false}");

    var page = ConformancePage.read(records, VERSIONS).markdown();

    assertThat(page)
        .contains("1 of 30 are covered")
        .contains(
            "| 1 | forward pass of every family | Transformers | 2 | 7 | 1.0e-06 | 2.0e-05 |");
    assertThat(page.lines().filter(line -> line.matches("\\| \\d+ \\|.*"))).hasSize(30);
  }

  @Test
  void whatLeftNoRecordIsNotCovered() throws IOException {
    var page = ConformancePage.read(records, VERSIONS).markdown();

    assertThat(page)
        .contains("0 of 30 are covered")
        .contains(
            "| 26 | one, two and three ranks make the same step | the trainer on one rank | not covered | | |  |  |")
        .contains("None yet.");
  }

  @Test
  void exactComparisonsSayThatTheyAreExact() throws IOException {
    write(
        GoldenTest.RESUME,
        "{'test':'RESUME','what':'weights','worst':0.0,'bound':0.0,'comparisons':9,'negativeControl':false}");

    var page = ConformancePage.read(records, VERSIONS).markdown();

    assertThat(page)
        .contains(
            "| 27 | stopped, killed and resumed runs are bit-equal | the trainer without interruption | 1 | 9 | exact | 0 |");
  }

  @Test
  void mistakesThatWereSeenAreCountedAndNamedButAreNoCases() throws IOException {
    write(
        GoldenTest.ASSISTANT_MASKS,
        "{'test':'ASSISTANT_MASKS','what':'mask of zeros','worst':'Infinity','bound':0.0,'comparisons':1,'negativeControl':true}");

    var page = ConformancePage.read(records, VERSIONS);

    assertThat(page.markdown())
        .contains(
            "| 21 | which tokens of a conversation are learned | Transformers | not covered | | |  | 1 |")
        .contains("- 21: mask of zeros");
    var test = new ObjectMapper().readTree(page.json()).path("tests").get(20);
    assertThat(test.path("covered").asBoolean()).isFalse();
    assertThat(test.path("negative_controls").get(0).path("what").asText())
        .isEqualTo("mask of zeros");
  }

  @Test
  void whatTheTestsRecordCanBeRead() throws IOException {
    var record = ConformanceRecord.refused(GoldenTest.RESUME, "torn checkpoint");
    Files.write(
        records.resolve("RESUME.jsonl"), List.of(new ObjectMapper().writeValueAsString(record)));

    var summary = ConformanceSummary.read(GoldenTest.RESUME, records);

    assertThat(summary.negativeControls()).containsExactly(record);
  }

  @Test
  void versionsComeFromRequirementsAndTheClassPath() throws IOException {
    var requirements = records.resolve("requirements.txt");
    Files.write(requirements, List.of("# the stack", "peft==0.21.0", "torch==2.13.0"));

    var versions = ConformanceVersions.read(requirements);

    assertThat(versions.reference()).isEqualTo("peft 0.21.0, torch 2.13.0");
    assertThat(versions.trainer()).matches("JDK \\d+, libtorch \\d+\\.\\d+\\.\\d+");
  }

  private void write(GoldenTest test, String... lines) throws IOException {
    var json = List.of(lines).stream().map(line -> line.replace('\'', '"')).toList();
    Files.write(records.resolve(test.name() + ".jsonl"), json);
  }
}
