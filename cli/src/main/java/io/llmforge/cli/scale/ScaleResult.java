package io.llmforge.cli.scale;

import java.time.Duration;
import java.util.Map;

/**
 * What was measured.
 *
 * @param load what the operator was given to do
 * @param untilAllRan from the first job's creation until the last was seen in training
 * @param started from a pod's first second to the status that says so, while all begin at once
 * @param ended from a Job's completion to the status that says so, while all others are at work
 * @param objects how many pods the jobs made; more than jobs is a defect
 * @param writes of the operator, by method and resource
 * @param progressWrites writes of a status that told nothing but progress
 * @param reads of the operator, a watch counted once
 * @param questions to trainers
 * @param lost jobs whose last status is not that of their own pod's last words
 * @param memory of the operator's process, when all was done
 */
public record ScaleResult(
    ScaleLoad load,
    Duration untilAllRan,
    Latencies started,
    Latencies ended,
    int objects,
    Map<String, Long> writes,
    long progressWrites,
    long reads,
    long questions,
    int lost,
    OperatorMemory memory) {

  public ScaleResult {
    writes = Map.copyOf(writes);
  }

  /** Writes of one job from its creation to its end, those of progress apart. */
  public double writesPerLifecycle() {
    long all = writes.values().stream().mapToLong(Long::longValue).sum();
    return (all - progressWrites) / (double) load.jobs();
  }
}
