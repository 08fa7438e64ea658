package io.llmforge.trainer.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.trainer.distributed.CommunicationException;
import io.llmforge.trainer.distributed.TrainingGroup;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/**
 * Which rank does what when, where they share a workspace.
 *
 * @param group the ranks
 */
record GroupOrder(TrainingGroup group) {

  /** One rank after the other. */
  <T> T inTurn(Supplier<T> work) {
    for (int turn = 0; turn < group.rank(); turn++) {
      group.meet();
    }
    T result = work.get();
    for (int turn = group.rank(); turn < group.size(); turn++) {
      group.meet();
    }
    return result;
  }

  /** Rank 0, and then the others, which find what it has written. */
  <T> T afterFirst(Supplier<T> work) {
    if (group.isFirst()) {
      T result = work.get();
      group.meet();
      return result;
    }
    group.meet();
    return work.get();
  }

  /** Rank 0 alone; the others are told its result, which goes there as JSON. */
  <T> T fromFirst(Class<T> type, Supplier<T> work) {
    if (group.isFirst()) {
      T result = work.get();
      group.broadcast(PlanJson.write(result).getBytes(StandardCharsets.UTF_8));
      return result;
    }
    try {
      return PlanJson.read(new String(group.broadcast(new byte[0]), StandardCharsets.UTF_8), type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("rank 0 said no " + type.getSimpleName(), e);
    }
  }

  /** Fails, on all ranks alike, when they do not have the same of something. */
  void requireSame(String what, String mine) {
    List<String> all =
        group.exchange(mine.getBytes(StandardCharsets.UTF_8)).stream()
            .map(said -> new String(said, StandardCharsets.UTF_8))
            .toList();
    for (int rank = 1; rank < all.size(); rank++) {
      if (!all.get(rank).equals(all.getFirst())) {
        throw new CommunicationException(
            "the %s of rank %d (%s) are not those of rank 0 (%s); all ranks need one workspace and the same sources"
                .formatted(what, rank, all.get(rank), all.getFirst()));
      }
    }
  }
}
