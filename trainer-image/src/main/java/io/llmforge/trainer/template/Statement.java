package io.llmforge.trainer.template;

import java.util.List;
import java.util.Optional;

/** A statement of a template, with the line it begins on. */
sealed interface Statement {

  int line();

  record Data(String text, int line) implements Statement {}

  /** An expression whose value is written. */
  record Output(Expression expression, int line) implements Statement {}

  record If(List<Branch> branches, List<Statement> otherwise, int line) implements Statement {
    record Branch(Expression condition, List<Statement> body) {}
  }

  record For(Iteration iteration, List<Statement> body, List<Statement> otherwise, int line)
      implements Statement {

    /** What is gone through, and how. */
    record Iteration(
        Target target, Expression items, Optional<Expression> condition, Recursion recursion) {}

    /** Whether {@code loop(...)} renders the body once more. */
    enum Recursion {
      NONE,
      RECURSIVE
    }
  }

  record Assign(Target target, Expression value, int line) implements Statement {}

  /** A {@code set} without a value: what stands up to {@code endset} is assigned. */
  record AssignBlock(
      Target target, Optional<Expression.Filter> filter, List<Statement> body, int line)
      implements Statement {}

  record Macro(String name, Signature signature, List<Statement> body, int line)
      implements Statement {}

  /** A {@code call}: what stands up to {@code endcall} can be called as {@code caller()}. */
  record CallBlock(Signature signature, Expression.Call call, List<Statement> body, int line)
      implements Statement {}

  record FilterBlock(Expression.Filter filter, List<Statement> body, int line)
      implements Statement {}

  record With(List<Variable> variables, List<Statement> body, int line) implements Statement {
    record Variable(Target target, Expression value) {}
  }

  record Generation(List<Statement> body, int line) implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}

  /**
   * Parameters of a macro.
   *
   * @param implicit those of {@code caller}, {@code kwargs} and {@code varargs} that its body
   *     mentions, and which it therefore takes
   */
  record Signature(List<Parameter> parameters, java.util.Set<String> implicit) {
    record Parameter(String name, Optional<Expression> ifAbsent) {}
  }

  /** What is assigned to. */
  sealed interface Target {
    record Variable(String name) implements Target {}

    record NamespaceAttribute(String namespace, String attribute) implements Target {}

    record Unpacked(List<Target> targets) implements Target {}
  }
}
