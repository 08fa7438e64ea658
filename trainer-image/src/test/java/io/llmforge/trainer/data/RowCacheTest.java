package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.trainer.data.RowFiles.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowCacheTest {

  private static final String KEY = "0123456789abcdef".repeat(4);
  private static final String OTHER_KEY = "fedcba9876543210".repeat(4);

  @TempDir Path folder;
  private final List<String> warnings = new ArrayList<>();

  @Test
  void rowsComeBackAsTheyWereMade() throws IOException {
    var rows = randomRows(200);
    cache(KEY).write(files -> content(files, rows, Integer.MAX_VALUE));

    var read = cache(KEY).open(warnings::add).orElseThrow();

    assertSame(read.train().rows(), rows);
    assertThat(read.validation().size()).isZero();
    assertThat(read.summary().warnings()).containsExactly("a warning");
    assertThat(warnings).isEmpty();
  }

  @Test
  void rowsAreCutWhereTheyAreRead() throws IOException {
    var rows = randomRows(200);
    cache(KEY).write(files -> content(files, rows, 7));

    var read = cache(KEY).open(warnings::add).orElseThrow();

    assertSame(read.train().rows(), rows.stream().map(row -> row.truncated(7)).toList());
    assertThat(read.train().truncated())
        .isEqualTo((int) rows.stream().filter(row -> row.length() > 7).count());
    assertThat(read.train().lengths())
        .isEqualTo(rows.stream().mapToInt(row -> Math.min(7, row.length())).toArray());
  }

  @Test
  void damagedCacheIsNotOpenedAndSaysSo() throws IOException {
    cache(KEY).write(files -> content(files, randomRows(9), 64));
    for (var name : List.of("train.tokens", "train.targets", "train.offsets", "summary.json")) {
      Path file = path(KEY).resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);

      assertThat(cache(KEY).open(warnings::add)).as(name).isEmpty();

      assertThat(warnings).last().asString().contains(KEY.substring(0, 32)).contains("made anew");
      cache(KEY).write(files -> content(files, randomRows(9), 64));
    }
    assertThat(cache(KEY).open(warnings::add)).isPresent();
  }

  @Test
  void cacheOfAnotherKeyGivesWay() throws IOException {
    cache(KEY).write(files -> content(files, randomRows(3), 64));

    assertThat(cache(OTHER_KEY).open(warnings::add)).isEmpty();
    cache(OTHER_KEY).write(files -> content(files, randomRows(3), 64));

    assertThat(path(KEY)).doesNotExist();
    assertThat(path(OTHER_KEY)).exists();
  }

  @Test
  void attemptThatFailedLeavesNothing() throws IOException {
    assertThatThrownBy(
            () ->
                cache(KEY)
                    .write(
                        files -> {
                          content(files, randomRows(3), 64);
                          throw new IOException("disk full");
                        }))
        .hasMessage("disk full");

    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void leftoverOfAKilledAttemptIsCleared() throws IOException {
    Path partial = folder.resolve("." + KEY.substring(0, 32) + ".partial");
    Files.createDirectories(partial);

    assertThat(cache(KEY).open(warnings::add)).isEmpty();

    assertThat(partial).doesNotExist();
  }

  @Test
  void fileIsReadAcrossItsPieces() throws IOException {
    Path file = folder.resolve("numbers");
    try (var writer = new SequenceWriter(folder, "s")) {
      writer.add(row(1, IntStream.range(0, 100).toArray(), new BitSet()));
    }
    Files.move(folder.resolve("s.tokens"), file);

    var mapped = MappedFile.open(file, 5);

    for (int first = 0; first < 100; first++) {
      for (int count : new int[] {0, 1, 7, 8, 9, 100 - first}) {
        int length = Math.min(count, 100 - first);
        assertThat(mapped.ints(first, length))
            .isEqualTo(IntStream.range(first, first + length).toArray());
        assertThat(mapped.bytes(4L * first, 4 * length)).hasSize(4 * length);
      }
    }
    assertThat(mapped.longAt(31)).isEqualTo(62L | 63L << 32);
  }

  @Test
  void digestFollowsTokensAndMasks() {
    var rows = randomRows(5);
    var digest = digest(rows);
    var first = rows.getFirst();
    var otherToken = first.tokens().clone();
    otherToken[0]++;
    var otherMask = BitSet.valueOf(first.trained().toLongArray());
    otherMask.flip(0);

    assertThat(digest(randomRows(5))).isEqualTo(digest);
    assertThat(digest(replaced(rows, row(first.line(), otherToken, first.trained()))))
        .isNotEqualTo(digest);
    assertThat(digest(replaced(rows, row(first.line(), first.tokens(), otherMask))))
        .isNotEqualTo(digest);
  }

  private RowCache cache(String key) {
    return new RowCache(folder, key);
  }

  private Path path(String key) {
    return folder.resolve(key.substring(0, 32));
  }

  private static RowSummary content(RowFiles files, List<TokenRow> rows, int contextLength)
      throws IOException {
    var uncut = files.store(Part.TRAIN, 1, rows::forEach);
    var problems = new RowProblems("train.jsonl");
    var cut = uncut.cut(contextLength, problems);
    assertThat(problems.isEmpty()).isTrue();
    return new RowSummary(
        contextLength, FileSummary.of(uncut.lengths(), cut), null, List.of("a warning"));
  }

  private static String digest(List<TokenRow> rows) {
    var set = new RowSet(rows, 1, 0);
    return FileSummary.of(set.lengths(), set).digest();
  }

  private static List<TokenRow> replaced(List<TokenRow> rows, TokenRow first) {
    return Stream.concat(Stream.of(first), rows.stream().skip(1)).toList();
  }

  /** Every row learns its second token, so that none is empty however short it is cut. */
  private static List<TokenRow> randomRows(int count) {
    var random = new Random(3);
    return IntStream.range(0, count)
        .mapToObj(
            number -> {
              int length = 2 + random.nextInt(60);
              var trained = new BitSet();
              IntStream.range(0, length)
                  .filter(position -> random.nextBoolean())
                  .forEach(trained::set);
              trained.set(1);
              return row(number + 1, random.ints(length, 0, 50_000).toArray(), trained);
            })
        .toList();
  }

  private static TokenRow row(long line, int[] tokens, BitSet trained) {
    return new TokenRow(line, tokens, trained);
  }

  private static void assertSame(List<TokenRow> actual, List<TokenRow> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int number = 0; number < expected.size(); number++) {
      assertThat(actual.get(number).line()).isEqualTo(expected.get(number).line());
      assertThat(Arrays.equals(actual.get(number).tokens(), expected.get(number).tokens()))
          .isTrue();
      assertThat(actual.get(number).trained()).isEqualTo(expected.get(number).trained());
    }
  }
}
