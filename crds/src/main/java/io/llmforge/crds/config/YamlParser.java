package io.llmforge.crds.config;

import io.llmforge.crds.config.Finding.Severity;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Text to YAML nodes to {@link YamlDocument}. Never builds an object a document asks for. */
final class YamlParser {

  static final int MAXIMUM_CHARACTERS = 1 << 20;
  private static final int MAXIMUM_DEPTH = 32;

  YamlReading parse(String text) {
    if (text.length() > MAXIMUM_CHARACTERS) {
      return broken(null, "the file is longer than 1 MiB; a config is a few lines of settings");
    }
    List<Node> documents = new ArrayList<>();
    try {
      yaml().composeAll(new StringReader(text)).forEach(documents::add);
    } catch (MarkedYAMLException e) {
      return malformed(e, text);
    } catch (YAMLException e) {
      return broken(null, "this is not YAML that can be read: " + oneLine(e.getMessage()));
    }
    if (documents.size() > 1) {
      return broken(
          documents.get(1).getStartMark().getLine() + 1,
          "a second YAML document begins here; write one document per file");
    }
    if (documents.isEmpty()) {
      return broken(null, "the file is empty; a config needs at least model_id and train_path");
    }
    return new NodeReader().read(documents.getFirst());
  }

  private static Yaml yaml() {
    var options = new LoaderOptions();
    options.setCodePointLimit(MAXIMUM_CHARACTERS);
    options.setNestingDepthLimit(MAXIMUM_DEPTH);
    options.setAllowRecursiveKeys(false);
    return new Yaml(new SafeConstructor(options));
  }

  private static YamlReading malformed(MarkedYAMLException e, String text) {
    Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
    if (mark == null) {
      return broken(null, "this is not YAML: " + oneLine(e.getMessage()));
    }
    var line = text.lines().skip(mark.getLine()).findFirst().orElse("");
    var message =
        "column %d: this is not YAML: %s%s"
            .formatted(mark.getColumn() + 1, oneLine(e.getProblem()), hint(line));
    return broken(mark.getLine() + 1, message);
  }

  private static String hint(String line) {
    if (line.contains("\"\"\"")) {
      return ". Three quotes are Python, not YAML: put the text in one pair of quotes";
    }
    if (line.contains("\t")) {
      return ". The line holds a tab: indent with spaces";
    }
    return ". Check indentation, colons and quotes of this line and the one before it";
  }

  private static YamlReading broken(@Nullable Integer line, String message) {
    return new YamlReading.Broken(List.of(new Finding(Severity.ERROR, "", line, message)));
  }

  private static String oneLine(@Nullable String message) {
    return message == null ? "no reason given" : message.strip().replaceAll("\\s+", " ");
  }
}
