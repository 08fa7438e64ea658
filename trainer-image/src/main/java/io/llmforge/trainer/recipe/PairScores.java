package io.llmforge.trainer.recipe;

import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.checkpoint.ReferenceScore;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The starting model's scores by pair, as far as the workers have written them. What was read once
 * stays as it is. Belongs to one thread.
 */
final class PairScores {

  private final ReferenceFolder folder;
  private final int shards;
  private final Set<String> pairs;
  private final Map<String, ReferenceScore> scores = new HashMap<>();
  private final Set<Path> blocks = new HashSet<>();
  private boolean complete;

  /**
   * Scores of exactly these pairs, those that are there already read.
   *
   * @param shards workers that write them
   * @throws ReferenceFolder.InvalidException when all workers are done, and one is missing or
   *     belongs to another pair
   */
  PairScores(ReferenceFolder folder, int shards, Set<String> pairs) {
    this.folder = folder;
    this.shards = shards;
    this.pairs = Set.copyOf(pairs);
    look();
  }

  ReferenceFolder folder() {
    return folder;
  }

  /** Whether nothing is missing any more. */
  boolean isComplete() {
    return complete;
  }

  /** How many pairs have their scores. */
  int size() {
    return scores.size();
  }

  /**
   * Whether the scores of these pairs are there; looks once more when they were not.
   *
   * @param sequences the chosen answer of each pair before the rejected one
   */
  boolean has(List<TokenRow> sequences) {
    if (complete || hasRead(sequences)) {
      return true;
    }
    look();
    return hasRead(sequences);
  }

  /**
   * The score of a pair.
   *
   * @throws ReferenceFolder.InvalidException when it has none
   */
  ReferenceScore of(TokenRow chosen, TokenRow rejected) {
    ReferenceScore score = scores.get(ReferenceScores.digest(chosen, rejected));
    if (score == null) {
      throw new ReferenceFolder.InvalidException(
          "line %d has no reference score; score the rows again".formatted(chosen.line()));
    }
    return score;
  }

  private boolean hasRead(List<TokenRow> sequences) {
    for (int first = 0; first < sequences.size(); first += 2) {
      String pair = ReferenceScores.digest(sequences.get(first), sequences.get(first + 1));
      if (!scores.containsKey(pair)) {
        return false;
      }
    }
    return true;
  }

  // Whether all are done is asked first: what the last one wrote is then read for certain.
  private void look() {
    boolean done = folder.missingShards(shards).isEmpty();
    try {
      folder
          .readNew(blocks)
          .forEach(
              (block, read) -> {
                blocks.add(block);
                read.forEach(score -> scores.putIfAbsent(score.pair(), score));
              });
    } catch (IOException e) {
      throw StorageException.reading(folder.path().toString(), e);
    }
    if (done) {
      requireExactly();
      complete = true;
    }
  }

  private void requireExactly() {
    long missing = pairs.stream().filter(pair -> !scores.containsKey(pair)).count();
    long foreign = scores.keySet().stream().filter(pair -> !pairs.contains(pair)).count();
    if (missing > 0 || foreign > 0) {
      throw new ReferenceFolder.InvalidException(
          "the reference in %s lacks %d of %d pairs and holds %d that are not in the data; delete the folder and score again"
              .formatted(folder.path(), missing, pairs.size(), foreign));
    }
  }
}
