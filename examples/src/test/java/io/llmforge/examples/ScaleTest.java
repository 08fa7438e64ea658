package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.cli.run.Installation;
import io.llmforge.cli.scale.ChartDefaults;
import io.llmforge.cli.scale.ScaleLoad;
import io.llmforge.cli.scale.ScaleResult;
import io.llmforge.cli.scale.ScaleRun;
import io.llmforge.localcluster.ClusterSource;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The packaged operator with some jobs at once: what does not depend on how fast a machine is. */
@Tag("cluster")
@Execution(ExecutionMode.SAME_THREAD)
final class ScaleTest {

  private static final int JOBS = 40;
  private static final int MOST_WRITES_PER_JOB = 20;

  @Test
  void everyJobEndsAsItsPodDidWithFewWrites(@TempDir Path folder) throws Exception {
    Path home = Path.of("..").toAbsolutePath().normalize();
    ChartDefaults chart = ChartDefaults.read(home);
    ScaleRun run =
        new ScaleRun(
            new Installation(home), ClusterSource.chosen(), chart, folder, Duration.ofMinutes(2));

    ScaleResult result = run.run(new ScaleLoad(JOBS, 40, chart.pollInterval()));

    assertThat(result.lost()).isZero();
    assertThat(result.objects()).isEqualTo(ScaleLoad.PODS_PER_JOB * JOBS);
    assertThat(result.writesPerLifecycle()).isLessThanOrEqualTo(MOST_WRITES_PER_JOB);
    assertThat(result.writes()).containsEntry("POST jobs", (long) ScaleLoad.PODS_PER_JOB * JOBS);
  }
}
