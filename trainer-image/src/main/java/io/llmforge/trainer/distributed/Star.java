package io.llmforge.trainer.distributed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Rank 0 with a link to every other rank, or another rank with its link to rank 0. At every
 * collective rank 0 hears all ranks, compares what they want, and answers all of them.
 *
 * @param rank of this process
 * @param links by rank, from 1, on rank 0; the one to rank 0 elsewhere
 * @param fate of the group
 * @param times how long it waits
 */
record Star(int rank, List<ControlLink> links, GroupFate fate, GroupTimes times) {

  Star {
    links = List.copyOf(links);
  }

  List<byte[]> call(Call mine) {
    fate.require();
    return rank == 0 ? collect(mine) : bring(mine);
  }

  private List<byte[]> collect(Call mine) {
    List<byte[]> payloads = new ArrayList<>(List.of(mine.payload()));
    for (ControlLink link : links) {
      Call theirs = Call.of(link.await(mine.text(), times.patience()));
      if (!theirs.fits(mine)) {
        throw fate.failure(
            "ranks went different ways: rank 0 came to %s, rank %d to %s; this is a mistake in the trainer"
                .formatted(mine.text(), link.peer(), theirs.text()));
      }
      payloads.add(theirs.payload());
    }
    Frame result = Call.result(payloads);
    links.forEach(link -> link.send(result));
    return payloads;
  }

  private List<byte[]> bring(Call mine) {
    ControlLink first = links.getFirst();
    first.send(mine.frame());
    // Rank 0 gives up before, and says who did not come.
    Duration longest = times.patience().plus(times.silence());
    return Call.payloads(first.await(mine.text(), longest));
  }

  void close() {
    links.forEach(ControlLink::close);
  }
}
