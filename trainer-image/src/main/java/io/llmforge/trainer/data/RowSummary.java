package io.llmforge.trainer.data;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know about the rows of a run without looking at them again.
 *
 * @param contextLength most tokens of a row
 * @param train rows trained on
 * @param validation rows evaluated on, or null without such a file
 * @param warnings what is odd about them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RowSummary(
    int contextLength, FileSummary train, @Nullable FileSummary validation, List<String> warnings) {

  public RowSummary {
    requireNonNull(train, "train");
    warnings = List.copyOf(warnings);
  }
}
