package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Statement.Assign;
import io.llmforge.trainer.template.Statement.AssignBlock;
import io.llmforge.trainer.template.Statement.Break;
import io.llmforge.trainer.template.Statement.CallBlock;
import io.llmforge.trainer.template.Statement.Continue;
import io.llmforge.trainer.template.Statement.Data;
import io.llmforge.trainer.template.Statement.FilterBlock;
import io.llmforge.trainer.template.Statement.For;
import io.llmforge.trainer.template.Statement.Generation;
import io.llmforge.trainer.template.Statement.If;
import io.llmforge.trainer.template.Statement.Macro;
import io.llmforge.trainer.template.Statement.Output;
import io.llmforge.trainer.template.Statement.Target;
import io.llmforge.trainer.template.Statement.With;
import io.llmforge.trainer.template.Value.Namespace;
import io.llmforge.trainer.template.Value.Text;
import java.util.Iterator;
import java.util.List;

/** Statements to text. */
final class StatementRenderer {

  /** How a loop goes on after a statement of its body. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  private final Environment environment;
  private final ExpressionEvaluator expressions;
  private final LoopRenderer loops;

  StatementRenderer(Environment environment) {
    this.environment = environment;
    this.expressions = new ExpressionEvaluator(environment);
    this.loops = new LoopRenderer(environment, expressions, this);
  }

  Flow render(List<Statement> statements, Scope scope, Writer writer) {
    for (Statement statement : statements) {
      Flow flow = render(statement, scope, writer);
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  /** The text of statements that goes somewhere else first. */
  String rendered(List<Statement> statements, Scope scope, Writer writer) {
    Writer aside = writer.aside();
    render(statements, scope, aside);
    return aside.text();
  }

  void assign(Target target, Value value, Scope scope) {
    switch (target) {
      case Target.Variable variable -> scope.set(variable.name(), value);
      case Target.NamespaceAttribute attribute ->
          namespace(attribute.namespace(), scope).set(attribute.attribute(), value);
      case Target.Unpacked unpacked -> {
        List<Value> values = Sequences.list(value);
        if (values.size() != unpacked.targets().size()) {
          throw new Failure(
              "%d values cannot be assigned to %d names"
                  .formatted(values.size(), unpacked.targets().size()));
        }
        Iterator<Value> next = values.iterator();
        unpacked.targets().forEach(each -> assign(each, next.next(), scope));
      }
    }
  }

  private Flow render(Statement statement, Scope scope, Writer writer) {
    try {
      environment.budget().step(statement.line());
      return renderOne(statement, scope, writer);
    } catch (Failure failure) {
      throw new TemplateException(statement.line(), failure.reason());
    }
  }

  private Flow renderOne(Statement statement, Scope scope, Writer writer) {
    return switch (statement) {
      case If conditional -> conditional(conditional, scope, writer);
      case For loop -> {
        loops.render(loop, scope, writer);
        yield Flow.NEXT;
      }
      case Break ignored -> Flow.BREAK;
      case Continue ignored -> Flow.CONTINUE;
      default -> {
        renderSimple(statement, scope, writer);
        yield Flow.NEXT;
      }
    };
  }

  private void renderSimple(Statement statement, Scope scope, Writer writer) {
    switch (statement) {
      case Data data -> writer.write(data.text());
      case Output output ->
          writer.write(PythonText.of(expressions.evaluate(output.expression(), scope)));
      case Assign assign ->
          assign(assign.target(), expressions.evaluate(assign.value(), scope), scope);
      case AssignBlock block -> {
        Value text = new Text(rendered(block.body(), scope.inner(), writer));
        Value value =
            block.filter().isPresent()
                ? expressions.filtered(block.filter().get(), text, scope)
                : text;
        assign(block.target(), value, scope);
      }
      case Macro macro ->
          scope.set(
              macro.name(),
              new MacroCall(macro.name(), macro.signature(), macro.body())
                  .function(
                      this, expressions, environment.budget(), new MacroCall.Place(scope, writer)));
      case CallBlock block -> writer.write(called(block, scope, writer));
      case FilterBlock block -> {
        Value text = new Text(rendered(block.body(), scope.inner(), writer));
        writer.write(PythonText.of(expressions.filtered(block.filter(), text, scope)));
      }
      case With with -> {
        Scope inner = scope.inner();
        with.variables()
            .forEach(
                each -> assign(each.target(), expressions.evaluate(each.value(), scope), inner));
        render(with.body(), inner, writer);
      }
      case Generation generation ->
          writer.writeGenerated(rendered(generation.body(), scope.inner(), writer));
      case If ignored -> throw new IllegalStateException("rendered elsewhere");
      case For ignored -> throw new IllegalStateException("rendered elsewhere");
      case Break ignored -> throw new IllegalStateException("rendered elsewhere");
      case Continue ignored -> throw new IllegalStateException("rendered elsewhere");
    }
  }

  private Flow conditional(If conditional, Scope scope, Writer writer) {
    for (If.Branch branch : conditional.branches()) {
      if (Truth.of(expressions.evaluate(branch.condition(), scope))) {
        return render(branch.body(), scope, writer);
      }
    }
    return render(conditional.otherwise(), scope, writer);
  }

  private String called(CallBlock block, Scope scope, Writer writer) {
    Value caller =
        new MacroCall("caller", block.signature(), block.body())
            .function(this, expressions, environment.budget(), new MacroCall.Place(scope, writer));
    Value function = expressions.evaluate(block.call().function(), scope);
    Arguments arguments =
        expressions.arguments(block.call().arguments(), scope).with("caller", caller);
    return PythonText.of(expressions.call(function, arguments));
  }

  private static Namespace namespace(String name, Scope scope) {
    if (scope.find(name).orElse(Value.None.NONE) instanceof Namespace namespace) {
      return namespace;
    }
    throw new Failure(
        "'%s' is no namespace; only attributes of namespaces can be set".formatted(name));
  }
}
