package io.llmforge.trainer.template;

/** How much one rendering may still do. Far more than any conversation needs, and finite. */
final class RenderBudget {

  private static final long STEPS = 5_000_000;
  private static final long CHARACTERS = 64_000_000;

  /** What an element of a list costs. */
  private static final long CHARACTERS_PER_ELEMENT = 16;

  /** Macros that call each other; Python stops at about 300. */
  private static final int DEPTH = 200;

  private long steps = STEPS;
  private long characters = CHARACTERS;
  private int depth;
  private int line = 1;

  /** Takes one step, at a statement of this line. */
  void step(int statementLine) {
    line = statementLine;
    step();
  }

  /** Line of the statement that is being rendered. */
  int line() {
    return line;
  }

  /** Takes one step. */
  void step() {
    if (--steps < 0) {
      throw new Failure("takes more than %d steps; it probably never ends".formatted(STEPS));
    }
  }

  /** Takes elements of lists; asked before they are made. */
  void takeElements(long count) {
    take(count);
    take((CHARACTERS_PER_ELEMENT - 1) * count);
  }

  /** Takes characters; asked before they are made. */
  void take(long count) {
    characters -= Math.max(0, count);
    if (characters < 0) {
      throw new Failure("makes more than %d characters".formatted(CHARACTERS));
    }
  }

  void enter() {
    if (++depth > DEPTH) {
      throw new Failure("macros call each other more than %d deep".formatted(DEPTH));
    }
  }

  void leave() {
    depth--;
  }
}
