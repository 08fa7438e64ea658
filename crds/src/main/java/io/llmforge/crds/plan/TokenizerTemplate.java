package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.LocalDate;
import java.util.List;

/**
 * The chat template that the model's tokenizer brings along ({@code chat_template.jinja}, or {@code
 * chat_template} in {@code tokenizer_config.json}).
 *
 * @param date what the template is told when it asks for today, as {@code YYYY-MM-DD}: rows must
 *     not change from one day to the next
 * @param stoppingSequences texts that end generation at inference; written with the model
 */
public record TokenizerTemplate(String date, List<String> stoppingSequences) implements TextFormat {

  /**
   * Today, for every run. The day that the templates of Llama 3.1 and 3.2 name themselves when they
   * are told no other, so that these render as they do without a clock.
   */
  public static final String PINNED_DATE = "2024-07-26";

  public TokenizerTemplate {
    LocalDate.parse(requireNonNull(date, "date"));
    stoppingSequences = List.copyOf(stoppingSequences);
  }

  /** The date as a date. */
  @JsonIgnore
  public LocalDate day() {
    return LocalDate.parse(date);
  }
}
