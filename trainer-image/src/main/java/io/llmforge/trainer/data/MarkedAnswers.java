package io.llmforge.trainer.data;

import io.llmforge.trainer.template.GeneratedSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which answer a text belongs to that a template marked as generated: some templates mark the text
 * of an answer and its end token apart, or the end of the whole conversation.
 */
final class MarkedAnswers {

  private MarkedAnswers() {}

  /**
   * The marks of each answer.
   *
   * @param prompts how long the text before each answer is, where that is known
   */
  static List<List<GeneratedSpan>> of(List<GeneratedSpan> marks, List<OptionalInt> prompts) {
    List<List<GeneratedSpan>> answers = new ArrayList<>();
    prompts.forEach(ignored -> answers.add(new ArrayList<>()));
    if (marks.size() == prompts.size()) {
      for (int answer = 0; answer < marks.size(); answer++) {
        answers.get(answer).add(marks.get(answer));
      }
    } else if (prompts.stream().allMatch(OptionalInt::isPresent)) {
      for (GeneratedSpan mark : marks) {
        lastBefore(mark, prompts).ifPresent(answer -> answers.get(answer).add(mark));
      }
    }
    return answers;
  }

  /** Marks side by side as one, if there are any and nothing is between them. */
  static Optional<TextSpan> joined(List<GeneratedSpan> marks) {
    for (int next = 1; next < marks.size(); next++) {
      if (marks.get(next).start() != marks.get(next - 1).end()) {
        return Optional.empty();
      }
    }
    return marks.isEmpty()
        ? Optional.empty()
        : Optional.of(new TextSpan(marks.getFirst().start(), marks.getLast().end()));
  }

  private static OptionalInt lastBefore(GeneratedSpan mark, List<OptionalInt> prompts) {
    OptionalInt last = OptionalInt.empty();
    for (int answer = 0; answer < prompts.size(); answer++) {
      if (prompts.get(answer).orElseThrow() < mark.end()) {
        last = OptionalInt.of(answer);
      }
    }
    return last;
  }
}
