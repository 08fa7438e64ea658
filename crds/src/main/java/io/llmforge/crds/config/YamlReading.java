package io.llmforge.crds.config;

import java.util.List;

/** What came of reading a YAML file. */
public sealed interface YamlReading {

  /** The text is one YAML document. */
  record Read(YamlDocument document) implements YamlReading {}

  /**
   * The text is no YAML document, or one that must not be read.
   *
   * @param findings at least one error
   */
  record Broken(List<Finding> findings) implements YamlReading {
    public Broken {
      findings = List.copyOf(findings);
    }
  }
}
