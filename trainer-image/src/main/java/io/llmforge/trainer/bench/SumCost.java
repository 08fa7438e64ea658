package io.llmforge.trainer.bench;

import io.llmforge.trainer.distributed.Doors;
import io.llmforge.trainer.distributed.GroupKey;
import io.llmforge.trainer.distributed.GroupTimes;
import io.llmforge.trainer.distributed.HostNames;
import io.llmforge.trainer.distributed.Membership;
import io.llmforge.trainer.distributed.Rendezvous;
import io.llmforge.trainer.distributed.TrainingGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What it costs to add up gradients over ranks when there is no network between them: ranks are
 * threads of one process and talk over the loopback device, so this is the work of the processor
 * alone. Prints a line of a table for each number of elements.
 *
 * @param ranks how many
 * @param rounds sums of each size; the median counts
 */
record SumCost(int ranks, int rounds) {

  private static final int[] ELEMENTS = {1, 1 << 14, 1 << 20, 1 << 23, 1 << 25};
  private static final double MILLION = 1e6;

  /** Arguments: number of ranks, sums of each size. */
  public static void main(String... arguments) throws Exception {
    new SumCost(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1])).print();
  }

  private void print() throws IOException, InterruptedException, ExecutionException {
    System.out.println("| ranks | elements | ms | million elements/s |");
    System.out.println("|---|---|---|---|");
    for (int elements : ELEMENTS) {
      double seconds = seconds(elements);
      System.out.printf(
          "| %d | %d | %.2f | %.0f |%n",
          ranks, elements, seconds * 1e3, elements / seconds / MILLION);
    }
  }

  private double seconds(int elements)
      throws IOException, InterruptedException, ExecutionException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (var threads = Executors.newFixedThreadPool(ranks)) {
      List<Future<double[]>> all = new ArrayList<>();
      for (int rank = 0; rank < ranks; rank++) {
        int number = rank;
        all.add(threads.submit(() -> rank(number, port, elements)));
      }
      double[] times = all.getFirst().get();
      for (Future<double[]> one : all) {
        one.get();
      }
      Arrays.sort(times);
      return times[times.length / 2];
    }
  }

  private double[] rank(int rank, int port, int elements) {
    var doors =
        new Doors(InetAddress.getLoopbackAddress(), HostNames.ofSystem(), () -> false, line -> {});
    var rendezvous =
        new Rendezvous(
            new Membership(rank, ranks, "benchmark", "none"),
            new GroupKey("benchmark"),
            new Membership.Meeting(InetAddress.getLoopbackAddress().getHostAddress(), port),
            doors,
            GroupTimes.DEFAULT);
    var buffer = ByteBuffer.allocateDirect(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    double[] times = new double[rounds];
    try (TrainingGroup group = rendezvous.meet().orElseThrow()) {
      group.sum(buffer);
      for (int round = 0; round < rounds; round++) {
        group.meet();
        long begin = System.nanoTime();
        group.sum(buffer);
        times[round] = (System.nanoTime() - begin) / 1e9;
      }
      group.meet();
    }
    return times;
  }
}
