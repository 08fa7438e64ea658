package io.llmforge.operator.decide;

import io.llmforge.crds.plan.PromptFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Prompt formats that LLMForge had built in (llmforge.md section 5). A model is known by its
 * Hugging Face id, alone or at the end of a path: {@code
 * pvc://models/mistralai/Mistral-7B-Instruct-v0.3}.
 *
 * <p>Which models: those that Anyscale's template {@code fine-tune-llm_v2} lists as native in its
 * README of 2024-06-12 and as part of the default mode in that of 2024-07-26. Models that came
 * later needed {@code generation_config} in LLMForge, and use their tokenizer's template here.
 */
final class KnownPromptFormats {

  /** Format: Anyscale's guide to any Hugging Face model, cookbook {@code bring_any_hf_model}. */
  private static final Known LLAMA_3 =
      new Known(
          "meta-llama/(Meta-Llama-3-(8B|70B)(-Instruct)?|(Meta-)?Llama-3\\.1-(8B|70B)-Instruct)",
          new PromptFormat(
              "<|start_header_id|>system<|end_header_id|>\n\n{instruction}<|eot_id|>",
              "<|start_header_id|>user<|end_header_id|>\n\n{instruction}<|eot_id|>",
              "<|start_header_id|>assistant<|end_header_id|>\n\n{instruction}<|eot_id|>",
              "<|start_header_id|>assistant<|end_header_id|>\n\n",
              "<|begin_of_text|>",
              false,
              "",
              false,
              true,
              List.of()));

  /** Format: the same guide, which gives it for Mistral 7B; the plus sign in it is LLMForge's. */
  private static final Known MISTRAL =
      new Known(
          "mistralai/(Mistral-7B-Instruct-v0\\.[13]|Mixtral-8x7B(-Instruct)?-v0\\.1"
              + "|Mistral-Nemo-Instruct-2407)",
          new PromptFormat(
              "{instruction} + ",
              "[INST] {system}{instruction} [/INST]",
              " {instruction}</s>",
              "",
              "<s>",
              true,
              "",
              false,
              true,
              List.of()));

  /**
   * Format: what RayLLM, the serving side of the same library, sent ({@code ray-project/ray-llm},
   * {@code test_prompt_format.py}). There the tokenizer wrote the first {@code <s>}; training text
   * holds every special token itself, so it is {@code bos} here.
   */
  private static final Known LLAMA_2 =
      new Known(
          "meta-llama/Llama-2-(7b-chat|13b|13b-chat|70b|70b-chat)-hf",
          new PromptFormat(
              "<<SYS>>\n{instruction}\n<</SYS>>\n\n",
              "[INST] {system}{instruction} [/INST]",
              " {instruction} </s><s>",
              "",
              "<s>",
              true,
              "",
              false,
              true,
              List.of()));

  private static final List<Known> ALL = List.of(LLAMA_3, MISTRAL, LLAMA_2);

  private KnownPromptFormats() {}

  /**
   * One row of the table.
   *
   * @param models regular expression of Hugging Face ids
   */
  private record Known(String models, PromptFormat format) {
    boolean isFor(String modelId) {
      return Pattern.matches("(?:.*/)?(?:" + models + ")/?", modelId);
    }
  }

  /** The format that LLMForge had for a model. */
  static Optional<PromptFormat> of(String modelId) {
    return ALL.stream()
        .filter(known -> known.isFor(modelId.strip()))
        .map(Known::format)
        .findFirst();
  }
}
