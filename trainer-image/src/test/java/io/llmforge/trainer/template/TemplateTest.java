package io.llmforge.trainer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template may not do, and how it is told. */
class TemplateTest {

  private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 26, 0, 0);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {{ 1 }}¶{{ a.b.c }}                        | 2 | 'a' is undefined
          ¶¶{% if x %}                               | 3 | the template ends where {% elif or else or endif %} is due
          {{ raise_exception('Only ' ~ 3) }}         | 1 | Only 3
          {% for m in 5 %}{% endfor %}               | 1 | an integer cannot be gone through
          {{ 'a'¶+¶1 }}                              | 1 | '+' does not go between a string and an integer
          {{ ''¦nope }}                             | 1 | the filter 'nope' is not supported
          {{ '' is nope }}                           | 1 | the test 'nope' is not supported
          {% include 'x' %}                          | 1 | {% include %} is not supported in chat templates
          {% do x %}                                 | 1 | there is no tag {% do %}
          {{ [].append(1) }}                         | 1 | a list cannot be changed; 'append' is not available
          {{ ''.format(1) }}                         | 1 | the method 'format' of a string is not supported
          {{ 9223372036854775807 + 1 }}              | 1 | 9223372036854775807 + 1 has more than 64 bits
          """)
  void failureNamesLineAndReason(String template, int line, String reason) {
    var source = template.replace('¶', '\n').replace('¦', '|');

    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> render(source))
        .satisfies(
            e -> {
              assertThat(e.line()).isEqualTo(line);
              assertThat(e.reason()).isEqualTo(reason);
              assertThat(e).hasMessage("line %d of the chat template: %s", line, reason);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for x in [[]] recursive %}{{ loop([x]) }}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'x' * 999999999999 }}",
        "{{ [1] * 999999999999 }}",
        "{{ ([] * 999999999999) | length }}",
        "{{ 'x'.center(9999999999) }}",
        "{{ 'x' | center(9999999999) }}",
        "{{ 'x' | indent(999999999, true) }}",
        "{{ [1] | batch(999999999, 0) | list }}",
        "{{ '%999999999s' % 'x' }}",
        "{% set ns = namespace(t='xxxxxxxx') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
        "{% set ns = namespace(t='xxxxxxxx') %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
        "{% set ns = namespace(t='xxxxxxxx') %}{% for i in range(99) %}{% set ns.t = ns.t.replace('x', 'xx') %}{% endfor %}",
        "{% set ns = namespace(t='xxxxxxxx') %}{% for i in range(99) %}{% set ns.t = [ns.t, ns.t] | join %}{% endfor %}",
        "{% set ns = namespace(t=[1]) %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
        "{% set ns = namespace(t=[1]) %}{% for i in range(99999) %}{% set ns.t = [ns.t] %}{% endfor %}{{ ns.t }}",
        "{{ range(100001) }}",
        "{{ 2 ** 99999999999 }}",
      })
  void templateThatWouldNotEndIsStopped(String source) {
    assertThatThrownBy(() -> render(source)).isInstanceOf(TemplateException.class);
  }

  @Test
  void nestingIsBounded() {
    for (var part : List.of("(", "[", "-", "not ", "{'a':", "f(", "'a' if ")) {
      var source = "{{ " + part.repeat(20_000) + "1 }}";

      assertThatThrownBy(() -> render(source)).as(part).isInstanceOf(TemplateException.class);
    }
    assertThatThrownBy(() -> render("{% if 1 %}".repeat(20_000)))
        .isInstanceOf(TemplateException.class);
  }

  @Test
  void anyTextIsATemplateOrRefused() {
    var random = new SplittableRandom(5);
    var pieces =
        List.of(
            "{{ ",
            " }}",
            "{% ",
            " %}",
            "{#",
            "#}",
            "if ",
            "for ",
            "x ",
            "in ",
            "endfor",
            "endif",
            "set ",
            "=",
            "'",
            "\"",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "|",
            ".",
            ",",
            "1",
            "+",
            "-",
            "~",
            "is ",
            "not ",
            "\n",
            "\\",
            "é",
            "\ud83d\ude00",
            "generation",
            "raw",
            "endraw",
            ":",
            "*");
    var refused = new ArrayList<String>();
    for (int round = 0; round < 20_000; round++) {
      var source = new StringBuilder();
      random
          .ints(1 + random.nextInt(14), 0, pieces.size())
          .forEach(index -> source.append(pieces.get(index)));
      try {
        render(source.toString());
      } catch (TemplateException e) {
        refused.add(e.reason());
      }
    }
    assertThat(refused).hasSizeBetween(1, 19_999);
  }

  @Test
  void anyCallGivesATextOrIsRefused() {
    var values =
        List.of(
            "none",
            "true",
            "0",
            "-1",
            "9223372036854775807",
            "(-9223372036854775807 - 1)",
            "1e308",
            "0.5",
            "''",
            "'a\ud83d\ude00 b'",
            "'%s %5.1f'",
            "[]",
            "[1, 'b', none]",
            "(1, 2)",
            "{}",
            "{'a': 1, 2: []}",
            "missing",
            "range(3)",
            "namespace(a=1)",
            "('<b>' | safe)",
            "range",
            "([1] | map('string'))",
            "{'a': 1}.items()",
            "('inf' | float)",
            "('nan' | float)");
    var others =
        List.of("none", "-1", "9223372036854775807", "0.5", "'a b'", "[1, 'b']", "{}", "missing");
    var names = new ArrayList<>(new Environment(NOW).filters().names());
    names.addAll(
        List.of(
            "split",
            "rsplit",
            "strip",
            "replace",
            "join",
            "find",
            "count",
            "center",
            "zfill",
            "get",
            "items",
            "index",
            "partition",
            "splitlines",
            "startswith",
            "removeprefix",
            "title"));
    var sources = new ArrayList<String>();
    for (var value : values) {
      for (var other : others) {
        for (var operator : List.of("+", "-", "*", "/", "//", "%", "**", "==", "<", "in", "~")) {
          sources.add("{{ %s %s %s }}".formatted(value, operator, other));
        }
        renderOrRefuse(
            "{{ %s[%s] }}{{ %s[%s:][::%s] }}".formatted(value, other, value, other, other));
        for (var name : names) {
          sources.add("{{ %s | %s(%s) }}".formatted(value, name, other));
          sources.add("{{ %s | %s(%s, %s) | list }}".formatted(value, name, other, value));
          sources.add("{{ %s.%s(%s) }}".formatted(value, name, other));
        }
      }
    }

    assertThat(sources.stream().flatMap(source -> renderOrRefuse(source).stream())).isEmpty();
  }

  /** What went wrong otherwise. */
  private static Optional<String> renderOrRefuse(String source) {
    try {
      render(source);
      return Optional.empty();
    } catch (TemplateException e) {
      return e.reason().isBlank() ? Optional.of(source + ": no reason") : Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(source + ": " + e + " at " + e.getStackTrace()[1]);
    }
  }

  @Test
  void generationBlockWhosePlaceIsNotKnownIsRefused() {
    var inMacro =
        "{% macro m() %}{% generation %}a{% endgeneration %}{% endmacro %}b{{ m() | upper }}";

    assertThatThrownBy(() -> render(inMacro)).hasMessageContaining("its place in the output");
  }

  @Test
  void timeIsTheOneThatIsGiven() {
    assertThat(Template.parse("{{ strftime_now('%d %b %Y') }}").render(Map.of(), NOW).text())
        .isEqualTo("26 Jul 2024");
  }

  @Test
  void spansCountUtf16Units() {
    var rendered =
        Template.parse("\ud83d\ude00{% generation %}{{ a }}{% endgeneration %}!")
            .render(Map.of("a", "\ud83d\ude80b"), NOW);

    assertThat(rendered.generated()).containsExactly(new GeneratedSpan(2, 5));
    assertThat(rendered.text().substring(2, 5)).isEqualTo("\ud83d\ude80b");
  }

  private static String render(String source) {
    return Template.parse(source).render(Map.of("f", "f"), NOW).text();
  }
}
