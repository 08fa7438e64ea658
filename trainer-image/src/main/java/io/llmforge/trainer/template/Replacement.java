package io.llmforge.trainer.template;

/** Occurrences of one text in another. */
final class Replacement {

  private final RenderBudget budget;

  Replacement(RenderBudget budget) {
    this.budget = budget;
  }

  /** The first {@code most} occurrences replaced, all when it is negative. */
  String replaced(String text, String old, String replacement, long most) {
    long count = occurrences(text, old);
    long replaced = most < 0 ? count : Math.min(most, count);
    budget.take(text.length());
    budget.take(Math.multiplyExact(replaced, (long) replacement.length()));
    StringBuilder result = new StringBuilder();
    int done = 0;
    int from = 0;
    for (long left = replaced; left > 0; left--) {
      int at = old.isEmpty() ? from : text.indexOf(old, from);
      result.append(text, done, at).append(replacement);
      done = at + old.length();
      from = old.isEmpty() && at < text.length() ? text.offsetByCodePoints(at, 1) : done;
    }
    return result.append(text.substring(done)).toString();
  }

  /** Nothing occurs before every character and at the end. */
  static long occurrences(String text, String part) {
    if (part.isEmpty()) {
      return CodePoints.count(text) + 1L;
    }
    long count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }
}
