package io.llmforge.crds.config;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Something about a config worth saying to the person who wrote it.
 *
 * @param severity what it means for the config
 * @param path dotted path of the key, for example {@code lora_config.r}; "" for the whole document
 * @param line line in the file, from 1, or null when the config did not come from a file
 * @param message what is the matter, and what to do about it
 */
public record Finding(Severity severity, String path, @Nullable Integer line, String message) {

  public Finding {
    requireNonNull(severity, "severity");
    requireNonNull(path, "path");
    requireNonNull(message, "message");
  }

  /** What a finding means for the config. */
  public enum Severity {
    /** The config is refused. */
    ERROR,
    /** The config is accepted; the writer may not mean this. */
    WARNING,
    /** Accepted under an old name; the message says the new one. */
    DEPRECATED,
    /** Accepted and without effect here. */
    IGNORED
  }
}
