package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.torch.DeviceMemoryException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs what needs the device's memory. The first time that runs out, it changes to the economical
 * plan, for the rest of the run, and tries again once.
 */
final class MemorySaver {

  private final ModelInTraining model;
  private final ConsoleProgress console;
  private final Consumer<MemoryPlan> changed;
  private MemoryPlan plan;
  private boolean isEconomical;

  /**
   * Begins with a plan that the model already has.
   *
   * @param changed is told of the other plan
   */
  MemorySaver(
      ModelInTraining model,
      MemoryPlan plan,
      ConsoleProgress console,
      Consumer<MemoryPlan> changed) {
    this.model = model;
    this.plan = plan;
    this.console = console;
    this.changed = changed;
  }

  /**
   * Runs work that can be begun anew; gradient sums are cleared in between.
   *
   * @param what such as {@code step 3}
   */
  <T> T run(String what, Supplier<T> work) {
    try {
      return work.get();
    } catch (DeviceMemoryException failure) {
      if (isEconomical) {
        throw exceeded(what, plan, failure);
      }
      save(what, failure);
      return run(what, work);
    }
  }

  /** What is said when even the economical plan does not fit, or there is none. */
  static MemoryExceededException exceeded(
      String what, MemoryPlan plan, DeviceMemoryException failure) {
    return new MemoryExceededException(
        "%s: out of memory on %s with an estimate of %s, %d of %d layers kept in micro-batches of %d tokens (%s); lower context_length, train an adapter (lora_config), choose a smaller model, or raise the memory limit"
            .formatted(
                what,
                plan.device(),
                ByteSize.text(plan.peakBytes()),
                plan.keptLayers(),
                plan.needs().layerCount(),
                plan.microBatchTokens(),
                failure.getMessage()),
        failure);
  }

  private void save(String what, DeviceMemoryException failure) {
    plan = plan.economical();
    isEconomical = true;
    model.use(plan.options());
    model.clearGradients();
    console.warning(
        "%s ran out of memory (%s); from here on every layer is computed twice and half as many logits exist at once, which is slower"
            .formatted(what, failure.getMessage()));
    plan.text().forEach(console::line);
    changed.accept(plan);
  }
}
