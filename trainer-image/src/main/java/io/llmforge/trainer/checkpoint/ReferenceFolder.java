package io.llmforge.trainer.checkpoint;

import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private static final String BLOCK = "block-%05d-%06d.jsonl";
  private static final String DIGEST = "sha256 ";
  private static final String DONE = "shard-%05d-of-%05d.done";

  /** The scores cannot be used as they are. */
  public static final class InvalidException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidException(String message) {
      super(message);
    }
  }

  /** Adds a block of shard {@code shard}; it is on disk when this returns. */
  public void append(int shard, List<ReferenceScore> block) throws IOException {
    Files.createDirectories(path);
    int number = 0;
    while (Files.exists(path.resolve(BLOCK.formatted(shard, number)))) {
      number++;
    }
    StringBuilder lines = new StringBuilder();
    for (ReferenceScore score : block) {
      lines.append(score.write()).append('\n');
    }
    String scores = lines.toString();
    Durable.writeText(
        path.resolve(BLOCK.formatted(shard, number)), scores + DIGEST + Sha256.of(scores) + '\n');
  }

  /** Says that a shard has nothing left to score. */
  public void markDone(int shard, int shards) throws IOException {
    Files.createDirectories(path);
    Durable.writeText(path.resolve(DONE.formatted(shard, shards)), "");
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
   * @throws InvalidException when a block is not what {@link #append} writes, or a pair is scored
   *     twice
   */
  public Map<String, ReferenceScore> read() throws IOException {
    Map<String, ReferenceScore> scores = new LinkedHashMap<>();
    for (Path block : blocks()) {
      long number = 0;
      for (String line : intactLines(block)) {
        ReferenceScore score = parsed(block, ++number, line);
        if (scores.put(score.pair(), score) != null) {
          throw new InvalidException(
              "%s line %d scores a pair that was scored before; delete the folder and score again"
                  .formatted(block, number));
        }
      }
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
          .filter(file -> file.getFileName().toString().matches("block-\\d+-\\d+\\.jsonl"))
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
