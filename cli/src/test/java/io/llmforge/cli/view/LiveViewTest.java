package io.llmforge.cli.view;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LiveViewTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, UTF_8);

  @Test
  void aConditionIsPrintedOnceWhenItTurns() throws Exception {
    var view = new LiveView(out, false, CLOCK);
    var accepted =
        status("conditions: [{type: Accepted, status: 'True', reason: Valid, message: fine}]");

    view.show(accepted);
    view.show(accepted);

    assertThat(bytes.toString(UTF_8).lines())
        .singleElement()
        .asString()
        .endsWith("Accepted            True    Valid                  fine");
  }

  @Test
  void awayFromATerminalProgressIsPrintedNowAndThen() throws Exception {
    var view = new LiveView(out, false, CLOCK);

    view.show(progress(10));
    view.show(progress(11));

    assertThat(bytes.toString(UTF_8)).contains(" 10%  step 10/100  loss 1.5").doesNotContain("11%");
  }

  @Test
  void awayFromATerminalProgressGoesOnAfterTheInterval() throws Exception {
    var clock = new SteppingClock(Duration.ofSeconds(6));
    var view = new LiveView(out, false, clock);

    view.show(progress(10));
    view.show(progress(11));

    assertThat(bytes.toString(UTF_8)).contains(" 10%").contains(" 11%").doesNotContain("\033");
  }

  @Test
  void onATerminalProgressStaysOnItsLine() throws Exception {
    var view = new LiveView(out, true, CLOCK);

    view.show(progress(10));
    view.show(progress(11));
    view.end();

    assertThat(bytes.toString(UTF_8)).doesNotContain("\n").endsWith("\r\033[2K");
  }

  @Test
  void anEvaluationIsPrintedOncePerStep() throws Exception {
    var view = new LiveView(out, false, CLOCK);
    var evaluated =
        status(
            "metrics: [{name: eval_loss, value: '1.25', step: 8}, {name: perplexity, value: '3.49', step: 8}]");

    view.show(evaluated);
    view.show(evaluated);

    assertThat(bytes.toString(UTF_8)).containsOnlyOnce("step 8  eval_loss 1.25  perplexity 3.49");
  }

  @Test
  void anEvaluationShowsWhatTellsHowGoodTheModelIs() throws Exception {
    var view = new LiveView(out, false, CLOCK);

    view.show(
        status(
            """
            metrics:
            - {name: eval_loss, value: '0.61', step: 8}
            - {name: eval_rewards/margins, value: '0.3', step: 8}
            - {name: eval_rewards/accuracies, value: '0.75', step: 8}
            - {name: eval_logps/chosen, value: '-40.2', step: 8}
            - {name: rewards/accuracies, value: '0.9', step: 9}
            """));
    view.show(
        status(
            """
            metrics:
            - {name: eval_loss, value: '0.5', step: 16}
            - {name: eval_accuracy, value: '0.96875', step: 16}
            - {name: eval_f1, value: '0.9', step: 16}
            - {name: eval_prauc, value: '0.99', step: 8}
            """));

    assertThat(bytes.toString(UTF_8).lines().map(line -> line.substring(10)))
        .containsExactly(
            "evaluation          step 8  eval_loss 0.61  rewards/accuracies 0.75  rewards/margins 0.3",
            "evaluation          step 16  eval_loss 0.5  accuracy 0.96875  f1 0.9");
  }

  @Test
  void scoringOfTheReferenceIsProgress() throws Exception {
    var view = new LiveView(out, true, CLOCK);

    view.show(status("{phase: Scoring, reference: {shards: 4, done: 1}}"));

    assertThat(bytes.toString(UTF_8))
        .endsWith("[======                  ]  25%  shard 1/4  (scoring)");
  }

  private static FineTuneJobStatus progress(int percent) throws Exception {
    return status(
        "progress: {percent: %1$d, step: %1$d, totalSteps: 100, loss: '1.5'}".formatted(percent));
  }

  private static FineTuneJobStatus status(String yaml) throws Exception {
    return new YAMLMapper().readValue(yaml, FineTuneJobStatus.class);
  }

  /** A clock that moves by one step at every look. */
  private static final class SteppingClock extends Clock {
    private final Duration step;
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");

    SteppingClock(Duration step) {
      this.step = step;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      now = now.plus(step);
      return now;
    }
  }
}
