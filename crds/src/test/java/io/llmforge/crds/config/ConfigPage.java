package io.llmforge.crds.config;

import static java.util.stream.Collectors.joining;

import io.llmforge.crds.schema.DocsPage;
import io.llmforge.crds.schema.RecordJavadoc;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code docs/config-reference.md}: every key of an LLMForge config, made from its records. */
final class ConfigPage {

  private static final String HEAD =
      """
      # Config reference

      Every key of `spec.config`, which is an LLMForge config. `./llmforge validate FILE` checks a file against it,
      `kubectl explain finetunejob.spec.config` says the same on a cluster. Unknown keys are kept and reported.

      """;

  private final RecordJavadoc javadoc;
  private final StringBuilder page = new StringBuilder();

  ConfigPage(RecordJavadoc javadoc) {
    this.javadoc = javadoc;
  }

  String text() {
    page.append(DocsPage.notice("the records in io.llmforge.crds.config")).append(HEAD);
    block("", LlmForgeConfig.class);
    formerNames();
    return page.toString();
  }

  private void block(String path, Class<?> record) {
    page.append(path.isEmpty() ? "## Top level\n\n" : "## `%s`\n\n".formatted(path));
    if (!path.isEmpty()) {
      page.append(DocsPage.cell(javadoc.of(record))).append("\n\n");
    }
    page.append("| key | takes | what it is |\n|---|---|---|\n");
    List<Nested> nested = new ArrayList<>();
    var names = List.copyOf(KeyTypes.of(record).keys().entrySet());
    for (int number = 0; number < names.size(); number++) {
      var component = record.getRecordComponents()[number];
      var place =
          path.isEmpty() ? names.get(number).getKey() : path + "." + names.get(number).getKey();
      row(place, names.get(number), javadoc.of(record, component.getName()));
      nestedRecord(component).forEach(type -> nested.add(new Nested(place, type)));
    }
    page.append('\n');
    nested.forEach(each -> block(each.path(), each.record()));
  }

  private record Nested(String path, Class<?> record) {}

  private void row(String path, Map.Entry<String, KeyType> key, String description) {
    var remark = KeyNotes.of(path).map(note -> " *%s*".formatted(capital(note.words()))).orElse("");
    page.append(
        "| `%s` | %s | %s%s |\n"
            .formatted(
                key.getKey(),
                DocsPage.cell(words(key.getValue())),
                DocsPage.cell(description),
                DocsPage.cell(remark)));
  }

  private static String words(KeyType type) {
    return switch (type) {
      case KeyType.Choice choice ->
          choice.offered().stream().map("`%s`"::formatted).collect(joining(", "));
      case KeyType.ListOf list -> "a list of: " + words(list.item());
      case KeyType.MapOf map -> "a mapping to: " + words(map.value());
      case KeyType.Block block -> "a mapping, below";
      case KeyType.Text text -> text.words();
      case KeyType.Flag flag -> flag.words();
      case KeyType.Whole whole -> whole.words();
      case KeyType.Real real -> real.words();
      case KeyType.AnyOf any -> any.words();
      case KeyType.Anything anything -> anything.words();
    };
  }

  private static List<Class<?>> nestedRecord(RecordComponent component) {
    Type type = component.getGenericType();
    if (type instanceof ParameterizedType generic) {
      type = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
    }
    return type instanceof Class<?> plain && plain.isRecord() ? List.of(plain) : List.of();
  }

  private void formerNames() {
    page.append("## Old spellings\n\n| old | now |\n|---|---|\n");
    KeyNames.former().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry -> page.append("| `%s` | `%s` |\n".formatted(entry.getKey(), entry.getValue())));
  }

  private static String capital(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".";
  }
}
