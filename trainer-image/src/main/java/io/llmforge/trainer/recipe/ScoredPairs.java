package io.llmforge.trainer.recipe;

import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.checkpoint.ReferenceScore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which pairs have been scored, by whomever. Belongs to one thread. */
final class ScoredPairs {

  private final ReferenceFolder folder;
  private final Set<Path> blocks = new HashSet<>();
  private final Set<String> pairs = new HashSet<>();

  ScoredPairs(ReferenceFolder folder) {
    this.folder = folder;
  }

  /** Whether all of these are scored by now. */
  boolean contain(Collection<String> asked) throws IOException {
    for (Map.Entry<Path, List<ReferenceScore>> block : folder.readNew(blocks).entrySet()) {
      blocks.add(block.getKey());
      block.getValue().forEach(score -> pairs.add(score.pair()));
    }
    return pairs.containsAll(asked);
  }
}
