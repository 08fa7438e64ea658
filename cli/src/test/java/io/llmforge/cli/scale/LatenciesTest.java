package io.llmforge.cli.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LatenciesTest {

  @Test
  void quantileIsTheShortestThatCoversTheShare() {
    var latencies =
        new Latencies(
            IntStream.rangeClosed(1, 200).mapToObj(i -> Duration.ofMillis(201 - i)).toList());

    assertThat(latencies.quantile(0.5)).isEqualTo(Duration.ofMillis(100));
    assertThat(latencies.quantile(0.99)).isEqualTo(Duration.ofMillis(198));
    assertThat(latencies.quantile(0)).isEqualTo(Duration.ofMillis(1));
    assertThat(latencies.longest()).isEqualTo(Duration.ofMillis(200));
  }

  @Test
  void nothingMeasuredIsNoResult() {
    assertThatThrownBy(() -> new Latencies(List.of())).hasMessage("nothing was measured");
  }
}
