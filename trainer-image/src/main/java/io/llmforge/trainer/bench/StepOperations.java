package io.llmforge.trainer.bench;

import io.llmforge.trainer.model.Tuning;
import java.util.List;

/**
 * Floating-point operations of the matrix products that a training step needs: real tokens, nothing
 * computed twice, the output head at targets alone.
 *
 * @param shape of the model
 * @param tuning which weights are trained; adapters are on all linear modules except the head
 */
record StepOperations(BenchmarkShape shape, Tuning tuning) {

  /**
   * Counts a step.
   *
   * @param lengths tokens of each document; the triangle of its attention counts half of the square
   * @param targets rows that go through the output head
   */
  double count(List<Integer> lengths, int targets) {
    var tokens = lengths.stream().mapToDouble(length -> length).sum();
    var squares = lengths.stream().mapToDouble(length -> (double) length * length).sum();
    var head = 2.0 * passes() * shape.vocabulary() * shape.hidden() * targets;
    var attention = 6.0 * shape.layers() * shape.queryWidth() * squares;
    return layerOperations() * shape.layers() * tokens + head + attention;
  }

  /** Of one layer and one token, without attention. */
  private double layerOperations() {
    var base = 2.0 * passes() * shape.layerProductParameters();
    return switch (tuning) {
      case Tuning.FullParameter full -> base;
      case Tuning.Lora lora -> base + 6.0 * lora.rank() * shape.layerWidths();
    };
  }

  /** Forward and back; weights that are trained need a third product. */
  private int passes() {
    return switch (tuning) {
      case Tuning.FullParameter full -> 3;
      case Tuning.Lora lora -> 2;
    };
  }
}
