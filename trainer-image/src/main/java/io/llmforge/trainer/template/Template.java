package io.llmforge.trainer.template;

import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A chat template, read once and rendered for many conversations. */
public final class Template {

  private final List<Statement> statements;

  private Template(List<Statement> statements) {
    this.statements = List.copyOf(statements);
  }

  /**
   * Reads a template.
   *
   * @throws TemplateException when it is not Jinja, or uses what is not supported
   */
  public static Template parse(String source) {
    return new Template(StatementParser.parse(source));
  }

  /**
   * Renders a conversation.
   *
   * @param variables {@code messages}, {@code add_generation_prompt} and what else the template
   *     asks for: maps, lists, strings, numbers, booleans and null, as JSON has them
   * @param now what {@code strftime_now} tells; a fixed time, so that equal rows are equal texts
   * @throws TemplateException when the template refuses the conversation, or fails
   */
  public RenderedTemplate render(
      Map<String, ? extends @Nullable Object> variables, LocalDateTime now) {
    Environment environment = new Environment(now);
    Map<String, Value> values = new HashMap<>(environment.globals());
    variables.forEach((name, value) -> values.put(name, Value.of(value)));
    Writer writer = Writer.ofOutput(environment.budget());
    try {
      new StatementRenderer(environment).render(statements, Scope.of(values).inner(), writer);
    } catch (StackOverflowError e) {
      // Lists in lists or operators in a row, as deep as the stack; the rendering owns nothing that
      // could be left half done.
      throw new TemplateException(environment.budget().line(), "goes too deep to be rendered");
    }
    return new RenderedTemplate(writer.text(), writer.generated());
  }
}
