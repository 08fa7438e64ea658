package io.llmforge.trainer.recipe;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Numbers that one rank counted, on their way to the others: float64. */
final class Tally {

  private final double[] values;

  private Tally(double[] values) {
    this.values = values;
  }

  static Tally of(double... values) {
    return new Tally(values.clone());
  }

  static Tally ofBytes(byte[] bytes) {
    double[] values = new double[bytes.length / Double.BYTES];
    ByteBuffer.wrap(bytes).asDoubleBuffer().get(values);
    return new Tally(values);
  }

  byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES);
    bytes.asDoubleBuffer().put(values);
    return bytes.array();
  }

  /** Number by number, in the order of ranks; of a single rank they are what they were. */
  static Tally sum(List<Tally> ofRanks) {
    return ofRanks.stream().reduce(Tally::plus).orElseThrow();
  }

  int size() {
    return values.length;
  }

  double at(int index) {
    return values[index];
  }

  long countAt(int index) {
    return (long) values[index];
  }

  double[] range(int first, int end) {
    return Arrays.copyOfRange(values, first, end);
  }

  private Tally plus(Tally other) {
    return new Tally(
        IntStream.range(0, values.length).mapToDouble(i -> values[i] + other.values[i]).toArray());
  }
}
