package io.llmforge.trainer.template;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes the text of a rendering, or of a part of it that goes through a variable first. Only in the
 * text itself is it known where a {@code generation} block's part will stand.
 */
final class Writer {

  /** Where the text goes. */
  private enum Destination {
    OUTPUT,
    VARIABLE
  }

  private final RenderBudget budget;
  private final Destination destination;
  private final StringBuilder text = new StringBuilder();
  private final List<GeneratedSpan> generated = new ArrayList<>();

  private Writer(RenderBudget budget, Destination destination) {
    this.budget = budget;
    this.destination = destination;
  }

  static Writer ofOutput(RenderBudget budget) {
    return new Writer(budget, Destination.OUTPUT);
  }

  /** A writer whose text becomes a value. */
  Writer aside() {
    return new Writer(budget, Destination.VARIABLE);
  }

  void write(String part) {
    budget.take(part.length());
    text.append(part);
  }

  /** Writes what a {@code generation} block made. */
  void writeGenerated(String part) {
    if (destination == Destination.VARIABLE) {
      throw new Failure(
          "{% generation %} stands inside a macro or another block whose text goes through a"
              + " variable, so that its place in the output is not known");
    }
    generated.add(new GeneratedSpan(text.length(), text.length() + part.length()));
    write(part);
  }

  String text() {
    return text.toString();
  }

  List<GeneratedSpan> generated() {
    return generated;
  }
}
