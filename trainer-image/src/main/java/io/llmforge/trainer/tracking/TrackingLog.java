package io.llmforge.trainer.tracking;

/** Is told what tracking does; may be called from any thread. */
public interface TrackingLog {

  /** Something that people want to read. */
  void line(String text);

  /** Something that people can do something about. */
  void warning(String text);

  /** A question to the server came to nothing. */
  void failed();
}
