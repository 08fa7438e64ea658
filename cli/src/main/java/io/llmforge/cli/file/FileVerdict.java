package io.llmforge.cli.file;

import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.LlmForgeConfig;
import io.llmforge.crds.config.YamlDocument;
import java.nio.file.Path;
import java.util.List;

/** What a file is worth. */
public sealed interface FileVerdict {

  /** The file, as it was named. */
  Path file();

  /** Everything worth saying, in the order of the file. */
  List<Finding> findings();

  /**
   * There is no file, or it cannot be read as text.
   *
   * @param reason why, and what to do
   */
  record Unreadable(Path file, String reason) implements FileVerdict {
    @Override
    public List<Finding> findings() {
      return List.of();
    }
  }

  /** The file is no config and no manifest that could be run. */
  record Refused(Path file, List<Finding> findings) implements FileVerdict {
    public Refused {
      findings = List.copyOf(findings);
    }
  }

  /**
   * The file can be run.
   *
   * @param kind what it is
   * @param document its content
   * @param config the config that it is or holds
   */
  record Accepted(
      Path file, Kind kind, YamlDocument document, LlmForgeConfig config, List<Finding> findings)
      implements FileVerdict {
    public Accepted {
      findings = List.copyOf(findings);
    }
  }

  /** What a file is. */
  enum Kind {
    LLMFORGE_CONFIG,
    FINE_TUNE_JOB
  }
}
