package io.llmforge.crds.config;

import java.util.List;

/** What came of reading a config. */
public sealed interface ConfigReading {

  /** Everything worth saying, in the order of the document. */
  List<Finding> findings();

  /**
   * The config can be used.
   *
   * @param config the config, renamed keys under their present names
   * @param findings no errors
   */
  record Accepted(LlmForgeConfig config, List<Finding> findings) implements ConfigReading {
    public Accepted {
      findings = List.copyOf(findings);
    }
  }

  /**
   * The config cannot be used.
   *
   * @param readable what is right in it, so that those who know more can name their mistakes at
   *     once
   * @param findings at least one error
   */
  record Refused(LlmForgeConfig readable, List<Finding> findings) implements ConfigReading {
    public Refused {
      findings = List.copyOf(findings);
    }
  }
}
