package io.llmforge.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.llmforge.localcluster.node.ProbeHistory.Verdict;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProbeHistoryTest {
  @ParameterizedTest
  @CsvSource({
    "+,UNDECIDED",
    "++,PASSING",
    "-,UNDECIDED",
    "--,UNDECIDED",
    "---,FAILING",
    "--+--,UNDECIDED",
    "---+,UNDECIDED",
    "---++,PASSING"
  })
  void verdictNeedsAsManyResultsInARowAsTheThresholdSays(String results, Verdict expected) {
    var probe = new ProbeBuilder().withSuccessThreshold(2).withFailureThreshold(3).build();

    var history = ProbeHistory.EMPTY;
    for (var i = 0; i < results.length(); i++) {
      history = history.with(results.charAt(i) == '+');
    }

    assertThat(history.verdict(probe)).isEqualTo(expected);
  }
}
