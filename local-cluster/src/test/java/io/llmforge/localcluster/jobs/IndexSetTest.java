package io.llmforge.localcluster.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IndexSetTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0 | 1", "0,1 | 2", "0-2 | 3", "1,3-5,7 | 5", "0,2,4 | 3"})
  void textIsReadAndWrittenAsTheApiDoes(String text, int size) {
    var indexes = IndexSet.parse(text);

    assertThat(indexes.size()).isEqualTo(size);
    assertThat(indexes.text()).isEqualTo(text);
  }

  @Test
  void absentTextIsTheEmptySet() {
    assertThat(IndexSet.parse(null)).isEqualTo(IndexSet.EMPTY);
    assertThat(IndexSet.EMPTY.text()).isEmpty();
  }

  @Test
  void neighboursGrowTogether() {
    assertThat(IndexSet.of(List.of(0, 2)).with(List.of(1)).text()).isEqualTo("0-2");
  }

  @Test
  void boundCutsOffWhatLiesBeyondTheCompletions() {
    assertThat(IndexSet.parse("0-9").below(4).text()).isEqualTo("0-3");
  }
}
