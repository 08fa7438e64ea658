package io.llmforge.localcluster.control;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.function.Consumer;

/** Tells of every change alike: a level-triggered handler reads the present state for itself. */
public record EachChange<T>(Consumer<T> handler) implements ResourceEventHandler<T> {
  @Override
  public void onAdd(T added) {
    handler.accept(added);
  }

  @Override
  public void onUpdate(T before, T after) {
    handler.accept(after);
  }

  @Override
  public void onDelete(T deleted, boolean finalStateUnknown) {
    handler.accept(deleted);
  }
}
