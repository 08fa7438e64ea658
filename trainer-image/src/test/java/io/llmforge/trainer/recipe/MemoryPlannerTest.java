package io.llmforge.trainer.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.trainer.model.MemoryNeeds;
import io.llmforge.trainer.recipe.MemoryPlanner.Work;
import io.llmforge.trainer.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPlannerTest {

  private static final long MEBIBYTE = 1L << 20;
  private static final long GIBIBYTE = 1L << 30;

  /** As of a llama with 8 billion weights and an adapter of rank 16 on all its linear modules. */
  private static final MemoryNeeds NEEDS =
      new MemoryNeeds(
          Precision.FLOAT32,
          8_030_261_248L,
          41_943_040,
          4 * (8_030_261_248L + 41_943_040),
          4L * 41_943_040,
          8L * 41_943_040,
          32,
          4 * 4096,
          4L * (4 * 4096 + 2 * 4096 + 2 * 1024 + 2 * 14336),
          4 * 128_256);

  private static final Work WORK = new Work(4096, 4 * 4096, 4096);

  @TempDir Path folder;

  @Test
  void nothingIsSavedWhereThereIsEnough() {
    var plan = planner(400 * GIBIBYTE).plan(NEEDS, WORK);

    assertThat(plan.microBatchTokens()).isEqualTo(4 * 4096);
    assertThat(plan.keptLayers()).isEqualTo(32);
    assertThat(plan.logitsBytes()).isEqualTo(128 * MEBIBYTE);
    assertThat(plan.isTight()).isFalse();
  }

  @Test
  void lessMemoryFirstMakesSmallerMicroBatchesThenComputesLayersTwice() {
    var tokens = 4 * 4096;
    var kept = 32;
    for (long available = 100; available >= 40; available--) {
      var plan = planner(available * GIBIBYTE).plan(NEEDS, WORK);

      assertThat(plan.peakBytes()).isLessThanOrEqualTo(available * GIBIBYTE * 9 / 10);
      assertThat(plan.microBatchTokens()).isBetween(4096, tokens);
      assertThat(plan.keptLayers()).isLessThanOrEqualTo(kept);
      if (plan.keptLayers() < 32) {
        assertThat(plan.microBatchTokens()).isEqualTo(4096);
      }
      tokens = plan.microBatchTokens();
      kept = plan.keptLayers();
    }
    assertThat(kept).isLessThan(3);
  }

  @Test
  void modelThatDoesNotFitAtAllIsRefusedWithNumbers() {
    assertThatThrownBy(() -> planner(34 * GIBIBYTE).plan(NEEDS, WORK))
        .isInstanceOf(MemoryExceededException.class)
        .hasMessageStartingWith("cpu has 30.22 GiB to use (34.00 GiB available)")
        .hasMessageContaining("weights 30.07 GiB")
        .hasMessageContaining("one row of 4096 tokens")
        .hasMessageContaining("lower context_length");
  }

  @Test
  void unknownMemoryGetsTheDefaults() {
    var plan = planner("gpu0", OptionalLong.empty()).plan(NEEDS, WORK);

    assertThat(plan.microBatchTokens()).isEqualTo(4 * 4096);
    assertThat(plan.options().activationBytes()).isEqualTo(4 * GIBIBYTE);
    assertThat(plan.isTight()).isFalse();
    assertThat(plan.text()).last().asString().contains("gpu0, whose memory is unknown");
  }

  @ParameterizedTest
  @ValueSource(longs = {40, 60, 100, 400})
  void economicalPlanTakesLess(long gibibytes) {
    var plan = planner(gibibytes * GIBIBYTE).plan(NEEDS, WORK);

    assertThat(plan.economical().peakBytes()).isLessThanOrEqualTo(plan.peakBytes());
    assertThat(plan.economical().keptLayers()).isZero();
    assertThat(plan.economical().logitsBytes()).isEqualTo(plan.logitsBytes() / 2);
  }

  @Test
  void planOfAnEarlierAttemptIsKeptAsLongAsItFits() {
    var planner = planner(60 * GIBIBYTE);
    var earlier = planner.plan(NEEDS, WORK);

    assertThat(planner(59 * GIBIBYTE).allows(earlier, NEEDS)).isTrue();
    assertThat(planner(40 * GIBIBYTE).allows(earlier, NEEDS)).isFalse();
    assertThat(planner("gpu0", OptionalLong.empty()).allows(earlier, NEEDS)).isFalse();
  }

  @Test
  void theSmallestOfKernelAndControlGroupCounts() throws IOException {
    write("proc/meminfo", "MemTotal: 100 kB\nMemAvailable:   6000000 kB\n");
    var memory = new HostMemory(folder.resolve("proc"), folder.resolve("cgroup"));
    assertThat(memory.availableBytes()).hasValue(6_144_000_000L);

    write("cgroup/memory.max", "max\n");
    write("cgroup/memory.current", "1000\n");
    assertThat(memory.availableBytes()).as("no limit").hasValue(6_144_000_000L);

    write("cgroup/memory.max", "4000000000\n");
    write("cgroup/memory.current", "3000000000\n");
    write("cgroup/memory.stat", "anon 1\ninactive_file 500000000\nactive_file 7\n");
    assertThat(memory.availableBytes()).hasValue(1_500_000_000);

    write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("cgroup/memory/memory.usage_in_bytes", "5\n");
    assertThat(memory.availableBytes()).hasValue(1_500_000_000);

    write("cgroup/memory/memory.limit_in_bytes", "1000\n");
    assertThat(memory.availableBytes()).hasValue(995);
  }

  @Test
  void memoryThatNobodyKnowsIsUnknown() {
    assertThat(new HostMemory(folder, folder).availableBytes()).isEmpty();
  }

  private void write(String name, String text) throws IOException {
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static MemoryPlanner planner(long available) {
    return planner("cpu", OptionalLong.of(available));
  }

  private static MemoryPlanner planner(String device, OptionalLong available) {
    return new MemoryPlanner(device, available, 128 * MEBIBYTE);
  }
}
