package io.llmforge.operator.observe;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport;
import org.jspecify.annotations.Nullable;

/** Reads termination messages. They come from a process that has just died: anything can be. */
final class LastWordsReader {

  private LastWordsReader() {}

  static LastWords read(@Nullable String message) {
    if (message == null || message.isBlank()) {
      return new LastWords.Silence();
    }
    try {
      return new LastWords.Report(PlanJson.read(message, TrainingReport.class));
    } catch (JsonProcessingException e) {
      return new LastWords.Text(message);
    }
  }
}
