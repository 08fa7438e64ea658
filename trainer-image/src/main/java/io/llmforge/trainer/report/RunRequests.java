package io.llmforge.trainer.report;

/** What the outside may ask of a run; it is done at the end of the current step. */
public interface RunRequests {

  /** Save the training state and go on. */
  void checkpoint();

  /** Save the training state and end with exit code 75. */
  void stop();
}
