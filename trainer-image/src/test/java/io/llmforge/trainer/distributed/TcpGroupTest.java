package io.llmforge.trainer.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.trainer.conformance.ConformanceRecord;
import io.llmforge.trainer.conformance.GoldenTest;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws of a group over sockets, and every way in which one can end. */
@Timeout(120)
class TcpGroupTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(600);

  @ParameterizedTest
  @CsvSource({
    "2, 0",
    "2, 1",
    "2, 65536",
    "2, 200003",
    "3, 1",
    "3, 2",
    "3, 200003",
    "5, 4",
    "5, 331777"
  })
  void sumsAreTheSameBitsOnEveryRankInAFixedOrderOfAdditions(int size, int count) throws Exception {
    List<float[]> sums = Ranks.of(size).all(group -> sum(group, numbers(group.rank(), count)));

    float[] expected = ringSum(size, count);
    assertThat(sums).allMatch(sum -> Arrays.equals(sum, expected));
  }

  @Test
  void manySumsOfOneGroupDoNotMixUp() throws Exception {
    List<Float> last =
        Ranks.of(3)
            .all(
                group -> {
                  float[] value = {group.rank() + 1};
                  for (int time = 0; time < 50; time++) {
                    value = sum(group, new float[] {value[0] / 3});
                  }
                  return value[0];
                });

    assertThat(last).allSatisfy(value -> assertThat(value).isEqualTo(2f));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void everyRankHearsWhatEveryRankHasToSay(int size) throws Exception {
    List<String> heard =
        Ranks.of(size)
            .all(
                group -> {
                  String all = texts(group.exchange(bytes("r" + group.rank())));
                  return all + " " + text(group.broadcast(bytes("from " + group.rank())));
                });

    String expected =
        switch (size) {
          case 1 -> "[r0] from 0";
          case 2 -> "[r0, r1] from 0";
          default -> "[r0, r1, r2, r3] from 0";
        };
    assertThat(heard).allMatch(expected::equals);
  }

  @Test
  void ranksThatWantDifferentThingsAreToldBothAndDoNotHang() throws Exception {
    var ends =
        Ranks.of(3)
            .tried(
                Ranks.PATIENT,
                group ->
                    group.rank() == 2
                        ? text(group.broadcast(bytes("")))
                        : Arrays.toString(sum(group, new float[4])));

    assertThat(failures(ends))
        .allSatisfy(
            message ->
                assertThat(message)
                    .contains("rank 0 came to sum number 1 of 16 bytes")
                    .contains("rank 2 to exchange number 1 of 0 bytes"));
  }

  @Test
  void sumsOfDifferentSizesAreRefusedBeforeAByteMoves() throws Exception {
    var ends = Ranks.of(2).tried(Ranks.PATIENT, group -> sum(group, new float[group.rank() + 1]));

    assertThat(failures(ends))
        .allSatisfy(
            message ->
                assertThat(message)
                    .contains("rank 0 came to sum number 1 of 4 bytes")
                    .contains("rank 1 to sum number 1 of 8 bytes"));
    ConformanceRecord.refused(GoldenTest.DATA_PARALLEL, "ranks with sums of different sizes")
        .append();
  }

  @Test
  void theOthersFailWithTheWordsOfARankThatGivesUp() throws Exception {
    var ends =
        Ranks.of(3)
            .tried(
                Ranks.PATIENT,
                group -> {
                  if (group.rank() == 1) {
                    group.abandon("DatasetInvalid: line 7 has no answer");
                  }
                  return sum(group, new float[1000]);
                });

    assertThat(failures(ends))
        .allMatch(message -> message.contains("rank 1 gave up: DatasetInvalid: line 7"));
  }

  @Test
  void aRankThatLeavesInOrderWhileOthersWaitForItIsNamed() throws Exception {
    var ends =
        Ranks.of(3)
            .tried(Ranks.PATIENT, group -> group.rank() == 2 ? null : sum(group, new float[1000]));

    ends.get(2).get();
    assertThat(failures(ends.subList(0, 2)))
        .allMatch(message -> message.contains("rank 2 left the group before sum number 1"));
  }

  @Test
  void aRankThatLivesButNeverComesIsNamedByTheWatchdog() throws Exception {
    var times = new GroupTimes(MINUTE, MINUTE, SHORT);
    var failed = new CountDownLatch(2);

    var ends =
        Ranks.of(3)
            .tried(
                times,
                group -> {
                  if (group.rank() == 1) {
                    failed.await();
                    return null;
                  }
                  try {
                    return group.exchange(bytes(""));
                  } finally {
                    failed.countDown();
                  }
                });

    assertThat(failures(List.of(ends.get(0), ends.get(2))))
        .allMatch(message -> message.contains("rank 1 lives and did not come to exchange"));
  }

  @Test
  void aRankThatGoesSilentIsLost() throws Exception {
    var ranks = Ranks.of(2);
    var times = new GroupTimes(MINUTE, SHORT, MINUTE);
    try (var threads = Executors.newFixedThreadPool(1)) {
      var first = threads.submit(() -> ranks.rendezvous(0, times, given -> given).meet());

      Socket silent = greeted(ranks);

      assertThat(failures(List.of(first)))
          .allMatch(message -> message.contains("rank 1 is lost: it gave no sign of life"));
      silent.close();
    }
  }

  @Test
  void aRankWhoseConnectionEndsIsLost() throws Exception {
    var ranks = Ranks.of(3);
    try (var threads = Executors.newFixedThreadPool(1)) {
      var first = threads.submit(() -> ranks.rendezvous(0, Ranks.PATIENT, given -> given).meet());

      greeted(ranks).close();

      assertThat(failures(List.of(first)))
          .allMatch(message -> message.contains("rank 1 is lost: its connection"));
    }
  }

  @Test
  void strangersAreSentAwayAndTheGroupStillComesTogether() throws Exception {
    var ranks = Ranks.of(2);
    try (var threads = Executors.newFixedThreadPool(2)) {
      var first = threads.submit(() -> ranks.rendezvous(0, Ranks.PATIENT, given -> given).meet());
      try (Socket scanner = connected(ranks)) {
        scanner.getOutputStream().write(bytes("GET / HTTP/1.1\r\nHost: scanner\r\n\r\n"));
        assertThat(scanner.getInputStream().read()).isEqualTo(-1);
      }
      var impatient = new GroupTimes(SHORT, MINUTE, MINUTE);
      var otherKey = new GroupKey("the UID of an earlier Job");
      var stale = ranks.rendezvous(ranks.member(1), impatient, otherKey, () -> false);
      assertThatThrownBy(stale::meet)
          .isInstanceOf(CommunicationException.class)
          .hasMessageContaining("nobody of the group answers")
          .hasMessageContaining("does not know the key of the group of team-a/tiny, run 1");

      var second = threads.submit(() -> ranks.rendezvous(1, Ranks.PATIENT, given -> given).meet());

      try (var one = first.get().orElseThrow();
          var two = second.get().orElseThrow()) {
        assertThat(List.of(one.rank(), two.rank())).containsExactly(0, 1);
      }
      assertThat(ranks.log)
          .anyMatch(line -> line.contains("does not speak as a trainer does"))
          .anyMatch(line -> line.contains("does not know the key"));
    }
  }

  @Test
  void ranksOfDifferentPlansAreToldBothDigests() throws Exception {
    var ranks = Ranks.of(2);
    try (var threads = Executors.newFixedThreadPool(2)) {
      var first = threads.submit(() -> ranks.rendezvous(0, Ranks.PATIENT, given -> given).meet());
      var second =
          threads.submit(
              () ->
                  ranks
                      .rendezvous(
                          1, Ranks.PATIENT, given -> new Membership(1, 2, given.run(), "sha256:cd"))
                      .meet());

      assertThat(failures(List.of(first, second)))
          .allSatisfy(
              message ->
                  assertThat(message)
                      .contains("rank 0 has plan digest sha256:ab")
                      .contains("rank 1 has plan digest sha256:cd"));
      ConformanceRecord.refused(GoldenTest.DATA_PARALLEL, "ranks with different plans").append();
    }
  }

  @Test
  void ranksOfDifferentWorldsAreToldBothSizes() throws Exception {
    var ranks = Ranks.of(3);
    try (var threads = Executors.newFixedThreadPool(2)) {
      var first = threads.submit(() -> ranks.rendezvous(0, Ranks.PATIENT, given -> given).meet());
      var second =
          threads.submit(
              () ->
                  ranks
                      .rendezvous(
                          1,
                          Ranks.PATIENT,
                          given -> new Membership(1, 2, given.run(), given.planDigest()))
                      .meet());

      assertThat(failures(List.of(first, second)))
          .allSatisfy(
              message ->
                  assertThat(message)
                      .contains("rank 0 has world size 3")
                      .contains("rank 1 has world size 2"));
    }
  }

  @Test
  void ranksThatNeverComeAreNamed() throws Exception {
    var ranks = Ranks.of(3);
    var times = new GroupTimes(SHORT, MINUTE, MINUTE);
    try (var threads = Executors.newFixedThreadPool(2)) {
      var first = threads.submit(() -> ranks.rendezvous(0, times, given -> given).meet());
      var second = threads.submit(() -> ranks.rendezvous(1, times, given -> given).meet());

      assertThat(failures(List.of(first, second)))
          .allMatch(message -> message.contains("rank(s) [2] of 3 did not come"));
    }
  }

  @Test
  void whoIsToldToStopDoesNotWaitForTheOthers() throws Exception {
    var ranks = Ranks.of(2);

    Optional<TrainingGroup> group =
        ranks.rendezvous(ranks.member(0), Ranks.PATIENT, Ranks.KEY, () -> true).meet();

    assertThat(group).isEmpty();
  }

  private static Socket connected(Ranks ranks) throws Exception {
    while (true) {
      try {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(ranks.meeting.host(), ranks.meeting.port()));
        return socket;
      } catch (ConnectException notYet) {
        Thread.onSpinWait();
      }
    }
  }

  /** A rank that says who it is and then nothing more. */
  private static Socket greeted(Ranks ranks) throws Exception {
    Socket socket = connected(ranks);
    new Greeting(Ranks.KEY, ranks.member(1), Greeting.Purpose.CONTROL, ranks.meeting).call(socket);
    return socket;
  }

  private static float[] numbers(int rank, int count) {
    var random = new SplittableRandom(rank);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextDouble(-1, 1);
    }
    return numbers;
  }

  /** Segment s is added up in the order of ranks s, s + 1, ... */
  private static float[] ringSum(int size, int count) {
    List<float[]> numbers = numbersOf(size, count);
    float[] sums = new float[count];
    for (int segment = 0; segment < size; segment++) {
      int first = (int) ((long) count * segment / size);
      int end = (int) ((long) count * (segment + 1) / size);
      for (int i = first; i < end; i++) {
        sums[i] = numbers.get(segment)[i];
        for (int more = 1; more < size; more++) {
          sums[i] += numbers.get((segment + more) % size)[i];
        }
      }
    }
    return sums;
  }

  private static List<float[]> numbersOf(int size, int count) {
    List<float[]> all = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      all.add(numbers(rank, count));
    }
    return all;
  }

  private static float[] sum(TrainingGroup group, float[] elements) {
    var buffer =
        ByteBuffer.allocateDirect(elements.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(elements);
    group.sum(buffer);
    float[] sums = new float[elements.length];
    buffer.asFloatBuffer().get(sums);
    return sums;
  }

  private static List<String> failures(List<? extends Future<?>> ends) throws Exception {
    List<String> messages = new ArrayList<>();
    for (Future<?> end : ends) {
      try {
        end.get();
        messages.add("no failure");
      } catch (ExecutionException e) {
        assertThat(e.getCause()).isInstanceOf(CommunicationException.class);
        messages.add(String.valueOf(e.getCause().getMessage()));
      }
    }
    return messages;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String texts(List<byte[]> all) {
    return all.stream().map(TcpGroupTest::text).toList().toString();
  }
}
