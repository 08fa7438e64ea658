package io.llmforge.trainer.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.trainer.metrics.LabelScore;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelGuardTest {

  private static final List<LabelScore> CHANCE = List.of(score(1, 1, 1), score(2, 2, 2));
  private static final List<LabelScore> TWINS = List.of(score(1, 0, 1), score(2, 5, 2));
  private static final List<LabelScore> APART = List.of(score(1, 1, 1), score(1, 2, 3));

  private final LabelGuard guard = new LabelGuard(List.of("[[1]]", "[[2]]", "[[3]]"));

  @Test
  void labelsThatStayAlikeAreNamedWithTheirEntropy() {
    look(CHANCE);
    look(CHANCE);

    assertThatThrownBy(() -> look(CHANCE))
        .isInstanceOf(PlanInvalidException.class)
        .hasMessageContaining("after 3 steps the labels [[1]] and [[2]] and [[3]] still get one")
        .hasMessageContaining("entropy over all 3 labels 1.0986, ln 3 = 1.0986")
        .hasMessageContaining("rows of the output head are frozen");
  }

  @Test
  void twoLabelsThatStayAlikeAreEnough() {
    look(TWINS);
    look(TWINS);

    assertThatThrownBy(() -> look(TWINS)).hasMessageContaining("the labels [[1]] and [[3]] still");
  }

  @Test
  void labelsThatComeApartAreWatchedNoMore() {
    look(CHANCE);
    look(CHANCE);
    look(APART);

    assertThat(guard.isWatching()).isFalse();
    for (int step = 0; step < 5; step++) {
      look(CHANCE);
    }
  }

  @Test
  void looksWithoutAStepBetweenThemSayNothing() {
    for (int look = 0; look < 5; look++) {
      guard.look(CHANCE);
    }
    guard.stepMade();
    for (int look = 0; look < 5; look++) {
      guard.look(CHANCE);
    }

    assertThat(guard.isWatching()).isTrue();
  }

  private void look(List<LabelScore> rows) {
    guard.stepMade();
    guard.look(rows);
  }

  private static LabelScore score(float... logits) {
    return LabelScore.ofLogits(0, logits, 10);
  }
}
