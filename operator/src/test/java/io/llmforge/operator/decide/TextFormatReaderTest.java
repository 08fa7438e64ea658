package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.config.ConfigReading;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.PromptFormat;
import io.llmforge.crds.plan.TextFormat;
import io.llmforge.crds.plan.TokenizerTemplate;
import io.llmforge.operator.JobFixture;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextFormatReaderTest {

  private final Findings findings = new Findings(List.of());

  @Test
  void givenFormatIsTakenWithoutAWord() {
    assertThat(read(JobFixture.config().put("model_id", "pvc://m/meta-llama/Meta-Llama-3-8B")))
        .isInstanceOfSatisfying(
            PromptFormat.class,
            format -> assertThat(format.assistant()).isEqualTo("{instruction}"));
    assertThat(findings.all()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "meta-llama/Meta-Llama-3-8B-Instruct, <|begin_of_text|>",
    "pvc://models/meta-llama/Meta-Llama-3-70B, <|begin_of_text|>",
    "/models/meta-llama/Meta-Llama-3.1-8B-Instruct/, <|begin_of_text|>",
    "meta-llama/Llama-3.1-70B-Instruct, <|begin_of_text|>",
    "pvc://models/mistralai/Mistral-7B-Instruct-v0.1, <s>",
    "mistralai/Mixtral-8x7B-Instruct-v0.1, <s>",
    "mistralai/Mistral-Nemo-Instruct-2407, <s>",
    "meta-llama/Llama-2-13b-chat-hf, <s>",
  })
  void modelsThatLlmForgeKnewHaveItsFormat(String modelId, String bos) {
    var format = (PromptFormat) read(withoutFormat(modelId));

    assertThat(format.bos()).isEqualTo(bos);
    assertThat(format.stoppingSequences()).containsExactly("<|stop|>");
    assertThat(findings.all())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.WARNING);
              assertThat(finding.path()).isEqualTo("generation_config.prompt_format");
              assertThat(finding.message()).contains("format that LLMForge had for this model");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pvc://data/model",
        "Qwen/Qwen3-8B",
        "meta-llama/Meta-Llama-3-8B-Instruct-GGUF",
        "meta-llama/Llama-3.2-1B-Instruct",
        "notmeta-llama/Meta-Llama-3-8B",
        "mistralai/Mistral-7B-Instruct-v0.2",
        "pvc://models/Meta-Llama-3-8B",
      })
  void everyOtherModelHasTheTemplateOfItsTokenizer(String modelId) {
    assertThat(read(withoutFormat(modelId)))
        .isEqualTo(new TokenizerTemplate("2024-07-26", List.of("<|stop|>")));
    assertThat(findings.all())
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.message())
                    .contains("chat template of the model's tokenizer", "date 2024-07-26"));
  }

  private TextFormat read(ObjectNode config) {
    var reading = (ConfigReading.Accepted) new LlmForgeConfigReader().read(config);
    return new TextFormatReader(findings).read(reading.config());
  }

  private static ObjectNode withoutFormat(String modelId) {
    ObjectNode config = JobFixture.config().put("model_id", modelId);
    config.putObject("generation_config").putArray("stopping_sequences").add("<|stop|>");
    return config;
  }
}
