package io.llmforge.cli.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpectedStatusTest {

  private static final String ACTUAL =
      """
      phase: Succeeded
      observedGeneration: 1
      conditions:
      - {type: Accepted, status: "True", reason: Valid}
      - {type: Complete, status: "True"}
      metrics:
      - {name: eval_loss, value: "1.25", first: "6.3"}
      - {name: train_loss, value: NaN}
      - {name: eval_rewards/accuracies, value: "0.875", first: "0.5", best: "0.9375"}
      """;

  @Test
  void aPartOfTheStatusIsEnough() throws Exception {
    var expected =
        """
        phase: Succeeded
        conditions: [{type: Complete, status: "True"}]
        metrics:
        - {name: eval_loss, value: {below: 1.5}, first: {above: 6, below: 7}}
        - {name: eval_rewards/accuracies, value: {above: 0.8}, best: {above: 0.9}}
        """;

    assertThat(new ExpectedStatus(yaml(expected)).compare(yaml(ACTUAL))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          phase: Failed                                          | status.phase: expected Failed, found Succeeded
          message: hello                                         | status.message: expected hello, found nothing
          conditions: [{type: Failed, status: "True"}]           | status.conditions: expected an item with type Failed, found none
          conditions: [{type: Accepted, status: "False"}]        | status.conditions[Accepted].status: expected False, found True
          metrics: [{name: eval_loss, value: {below: 1.25}}]     | status.metrics[eval_loss].value: expected below 1.25, found 1.25
          metrics: [{name: eval_loss, value: {above: 1.25}}]     | status.metrics[eval_loss].value: expected above 1.25, found 1.25
          metrics: [{name: train_loss, value: {below: 100}}]     | status.metrics[train_loss].value: expected below 100, found NaN
          metrics: [{name: eval_rewards/accuracies, value: {above: 0.9}}] | status.metrics[eval_rewards/accuracies].value: expected above 0.9, found 0.875
          metrics: [{name: eval_accuracy, value: {above: 0.9}}]  | status.metrics: expected an item with name eval_accuracy, found none
          phase: {contains: [Succ, xyz]}                         | status.phase: expected a text with "xyz", found Succeeded
          """)
  void whatDiffersIsNamedWithItsPlace(String expected, String mismatch) throws Exception {
    assertThat(new ExpectedStatus(yaml(expected)).compare(yaml(ACTUAL)))
        .singleElement()
        .hasToString(mismatch);
  }

  private static JsonNode yaml(String text) throws Exception {
    return new YAMLMapper().readTree(text);
  }
}
