package io.llmforge.operator.identity;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Optional;

/** A part of a run that has a Job and pods of its own. Stages follow each other in this order. */
public enum Stage {
  /** Fetches sources and looks at data, model and places; needs no accelerator. */
  PREFLIGHT("preflight"),
  /** Scores the preference rows with the model that training starts from. */
  REFERENCE("reference"),
  /** Trains, and publishes a result that stays in the cluster. */
  TRAIN("train"),
  /** Brings a finished result to its place outside the cluster; needs no accelerator. */
  PUBLISH("publish");

  private final String label;

  Stage(String label) {
    this.label = requireNonNull(label);
  }

  /** The stage in names, labels and words. */
  public String label() {
    return label;
  }

  static Optional<Stage> ofLabel(String label) {
    return Arrays.stream(values()).filter(stage -> stage.label.equals(label)).findFirst();
  }
}
