package io.llmforge.trainer.data;

import io.llmforge.crds.plan.PromptFormat;
import java.util.List;

/** Prompt formats as users write them. */
public final class PromptFormats {

  private PromptFormats() {}

  public static PromptFormat tagged() {
    return new PromptFormat(
        "<|system|>{instruction}<|end|>",
        "<|user|>{instruction}<|end|>",
        "<|assistant|>{instruction}<|end|>",
        "<|assistant|>",
        "<|begin|>",
        false,
        "",
        false,
        true,
        List.of("<|end|>"));
  }

  public static PromptFormat plain() {
    return new PromptFormat(
        "{instruction}",
        "{instruction}",
        "{instruction}",
        "",
        "",
        false,
        "",
        false,
        true,
        List.of());
  }

  public static PromptFormat llama3() {
    return new PromptFormat(
        "<|start_header_id|>system<|end_header_id|>\n\n{instruction}<|eot_id|>",
        "<|start_header_id|>user<|end_header_id|>\n\n{instruction}<|eot_id|>",
        "<|start_header_id|>assistant<|end_header_id|>\n\n{instruction}<|eot_id|>",
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        "<|begin_of_text|>",
        false,
        "",
        false,
        true,
        List.of());
  }

  public static PromptFormat mistral() {
    return new PromptFormat(
        "{instruction} + ",
        "[INST] {system}{instruction} [/INST]",
        " {instruction}</s>",
        "",
        "<s>",
        true,
        "",
        false,
        true,
        List.of());
  }
}
