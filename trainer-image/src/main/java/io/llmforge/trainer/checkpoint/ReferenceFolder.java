package io.llmforge.trainer.checkpoint;

import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The starting model's scores of preference pairs: blocks of JSON lines, each of which appears
 * whole or not at all and ends with a digest of its lines, and a mark of every shard that is done.
 * The folder's name says what the scores were computed from.
 *
 * @param path the folder; it need not exist yet
 */
public record ReferenceFolder(Path path) {

  private static final int DIGITS = 16;
  private static final String DIGEST = "sha256 ";
  private static final String DONE = "shard-%05d-of-%05d.done";

  /** The scores cannot be used as they are. */
  public static final class InvalidException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidException(String message) {
      super(message);
    }
  }

  /**
   * Adds a block of shard {@code shard}; it is on disk when this returns. It is named by what is in
   * it, so that another process which writes here at the same time never takes its place.
   */
  public void append(int shard, List<ReferenceScore> block) throws IOException {
    Files.createDirectories(path);
    StringBuilder lines = new StringBuilder();
    for (ReferenceScore score : block) {
      lines.append(score.write()).append('\n');
    }
    String scores = lines.toString();
    String digest = Sha256.of(scores);
    Durable.writeShared(
        path.resolve("block-%05d-%s.jsonl".formatted(shard, digest.substring(0, DIGITS))),
        scores + DIGEST + digest + '\n');
  }

  /** Says that a shard has nothing left to score. */
  public void markDone(int shard, int shards) throws IOException {
    Files.createDirectories(path);
    Durable.writeShared(path.resolve(DONE.formatted(shard, shards)), "");
  }

  /** Shards that are not done. */
  public List<Integer> missingShards(int shards) {
    return IntStream.range(0, shards)
        .filter(shard -> !Files.exists(path.resolve(DONE.formatted(shard, shards))))
        .boxed()
        .toList();
  }

  /**
   * All scores by their pair.
   *
   * @throws InvalidException when a block is not what {@link #append} writes
   */
  public Map<String, ReferenceScore> read() throws IOException {
    Map<String, ReferenceScore> scores = new LinkedHashMap<>();
    for (List<ReferenceScore> block : readNew(Set.of()).values()) {
      block.forEach(score -> scores.putIfAbsent(score.pair(), score));
    }
    return scores;
  }

  /**
   * The scores of every block that is not known. A pair can be in two blocks, when two processes
   * scored it at the same time; the scores then differ by rounding.
   *
   * @throws InvalidException when a block is not what {@link #append} writes
   */
  public Map<Path, List<ReferenceScore>> readNew(Set<Path> known) throws IOException {
    Map<Path, List<ReferenceScore>> scores = new LinkedHashMap<>();
    for (Path block : blocks()) {
      if (!known.contains(block)) {
        scores.put(block, scores(block));
      }
    }
    return scores;
  }

  private static List<ReferenceScore> scores(Path block) throws IOException {
    List<ReferenceScore> scores = new ArrayList<>();
    for (String line : intactLines(block)) {
      scores.add(parsed(block, scores.size() + 1, line));
    }
    return scores;
  }

  private static List<String> intactLines(Path block) throws IOException {
    String text = Files.readString(block, StandardCharsets.ISO_8859_1);
    int end = text.lastIndexOf(DIGEST);
    String scores = text.substring(0, Math.max(0, end));
    if (end < 0 || !text.substring(end).strip().equals(DIGEST + Sha256.of(scores))) {
      throw new InvalidException(
          "%s is not as it was written: its digest does not fit; delete the folder and score again"
              .formatted(block));
    }
    return scores.lines().toList();
  }

  private List<Path> blocks() throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(file -> file.getFileName().toString().matches("block-\\d+-[0-9a-f]+\\.jsonl"))
          .sorted()
          .collect(Collectors.toList());
    }
  }

  private static ReferenceScore parsed(Path block, long number, String line) {
    try {
      return ReferenceScore.read(line);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidException(
          "%s line %d is no score (%s); delete the folder and score again"
              .formatted(block, number, e.getMessage()));
    }
  }
}
