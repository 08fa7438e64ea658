package io.llmforge.trainer.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One line of {@code target/conformance/NAME.jsonl}.
 *
 * @param test which of the thirty
 * @param what the case
 * @param worst largest error, as a share of the reference's largest value unless the case says else
 * @param bound what it may be; 0 when the case is compared exactly
 * @param comparisons how many things were compared
 * @param negativeControl whether a mistake was injected and had to be seen
 */
public record ConformanceRecord(
    GoldenTest test,
    String what,
    double worst,
    double bound,
    int comparisons,
    boolean negativeControl) {

  static final Path FOLDER = Path.of("target", "conformance");
  private static final ObjectMapper JSON = new ObjectMapper();

  static ConformanceRecord agreed(
      GoldenTest test, String what, double worst, double bound, int comparisons) {
    return new ConformanceRecord(test, what, worst, bound, comparisons, false);
  }

  static ConformanceRecord caught(GoldenTest test, String what, double worst, double bound) {
    return new ConformanceRecord(test, what, worst, bound, 1, true);
  }

  /** A mistake was injected and refused with an error, not with a number. */
  public static ConformanceRecord refused(GoldenTest test, String what) {
    return new ConformanceRecord(test, what, Double.POSITIVE_INFINITY, 0, 1, true);
  }

  public void append() {
    try {
      Files.createDirectories(FOLDER);
      Files.writeString(
          FOLDER.resolve(test.name() + ".jsonl"),
          JSON.writeValueAsString(this) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
