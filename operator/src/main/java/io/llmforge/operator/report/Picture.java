package io.llmforge.operator.report;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import java.util.EnumMap;
import java.util.Map;

/**
 * Where everything stands, before time is added.
 *
 * @param phase in one word
 * @param message in one sentence
 * @param truths what each condition says
 */
record Picture(Phase phase, String message, Map<ConditionType, Truth> truths) {

  Picture {
    requireNonNull(phase, "phase");
    requireNonNull(message, "message");
    truths = new EnumMap<>(truths);
    if (truths.size() != ConditionType.values().length) {
      throw new IllegalArgumentException("every condition says something, these do: " + truths);
    }
  }
}
