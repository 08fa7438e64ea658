package io.llmforge.trainer.distributed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Ranks of one group in threads of this process, over real sockets. */
public final class Ranks {

  static final GroupKey KEY = new GroupKey("the UID of a Job");

  /** Long enough for a machine that does something else for a while. */
  static final GroupTimes PATIENT =
      new GroupTimes(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(60));

  private final int size;
  final Membership.Meeting meeting;
  final List<String> log = new CopyOnWriteArrayList<>();

  private Ranks(int size, Membership.Meeting meeting) {
    this.size = size;
    this.meeting = meeting;
  }

  static Ranks of(int size) throws IOException {
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new Ranks(size, new Membership.Meeting("127.0.0.1", free.getLocalPort()));
    }
  }

  /** What a rank does with its group. */
  @FunctionalInterface
  interface Work<T> {
    T with(TrainingGroup group) throws Exception;
  }

  /** What every rank's work gave, or how it failed. */
  <T> List<Future<T>> tried(GroupTimes times, Work<T> work) {
    List<Future<T>> ends = new ArrayList<>();
    var threads = Executors.newFixedThreadPool(size);
    for (int rank = 0; rank < size; rank++) {
      int number = rank;
      ends.add(
          threads.submit(
              () -> {
                try (var group = rendezvous(number, times, given -> given).meet().orElseThrow()) {
                  return work.with(group);
                }
              }));
    }
    threads.shutdown();
    return ends;
  }

  /** What every rank's work gave. */
  <T> List<T> all(Work<T> work) throws InterruptedException, ExecutionException {
    List<T> results = new ArrayList<>();
    for (Future<T> end : tried(PATIENT, work)) {
      results.add(end.get());
    }
    return results;
  }

  /** Every pod has an address of its own: 127.0.0.1, 127.0.0.2, ... */
  private static InetAddress address(int rank) {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (rank + 1)});
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  Membership member(int rank) {
    return new Membership(rank, size, "team-a/tiny, run 1", "sha256:ab");
  }

  Rendezvous rendezvous(int rank, GroupTimes times, UnaryOperator<Membership> changed) {
    return rendezvous(changed.apply(member(rank)), times, KEY, () -> false);
  }

  Rendezvous rendezvous(Membership me, GroupTimes times, GroupKey key, BooleanSupplier stopped) {
    var doors = new Doors(address(me.rank()), HostNames.ofSystem(), stopped, log::add);
    return new Rendezvous(me, key, meeting, doors, times);
  }
}
