package io.llmforge.operator;

import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Stores the status of a pass and looks at what came back. The framework takes every change up to
 * its own write for its own, so a spec that somebody changed between the observation and the write
 * would wake nobody.
 */
final class StatusWrite implements Consumer<FineTuneJob> {

  private final UnaryOperator<FineTuneJob> store;
  private long generation;

  /**
   * A write that has not happened.
   *
   * @param store stores a status and returns the object as it is then
   */
  StatusWrite(UnaryOperator<FineTuneJob> store) {
    this.store = store;
  }

  @Override
  public void accept(FineTuneJob status) {
    Long stored = store.apply(status).getMetadata().getGeneration();
    generation = stored == null ? 0 : stored;
  }

  /** Whether the spec was no longer that of this generation when the status was stored. */
  boolean foundSpecAfter(long observed) {
    return generation > observed;
  }
}
