package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.config.LlmForgeConfig;
import io.llmforge.crds.config.LlmForgeConfig.GenerationConfig;
import io.llmforge.crds.config.LlmForgeConfig.PromptFormatConfig;
import io.llmforge.crds.plan.PromptFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code generation_config}. Defaults are those of llmforge.md section 1.3: empty texts,
 * false, and {@code strip_whitespace: true}.
 */
final class PromptFormatReader {

  private static final String KEY = "generation_config.prompt_format";

  /** LLMForge knew the formats of some models; this version asks for it every time. */
  private static final String MISSING =
      "is required, as this version does not know the prompt format of any model. Add, for plain"
          + " text: generation_config: {prompt_format: {system: \"{instruction}\", user:"
          + " \"{instruction}\", assistant: \"{instruction}\"}}; for a chat model its own texts, for"
          + " example assistant: \"<|assistant|>{instruction}<|end|>\"";

  private final Findings findings;

  PromptFormatReader(Findings findings) {
    this.findings = findings;
  }

  Optional<PromptFormat> read(LlmForgeConfig config) {
    @Nullable GenerationConfig generation = config.generationConfig();
    if (generation == null || generation.promptFormat() == null) {
      findings.invalid(KEY, MISSING);
      return Optional.empty();
    }
    PromptFormatConfig format = generation.promptFormat();
    return Optional.of(
        new PromptFormat(
            requireNonNull(format.system()),
            requireNonNull(format.user()),
            requireNonNull(format.assistant()),
            requireNonNullElse(format.trailingAssistant(), ""),
            requireNonNullElse(format.bos(), ""),
            requireNonNullElse(format.systemInUser(), false),
            requireNonNullElse(format.defaultSystemMessage(), ""),
            requireNonNullElse(format.addSystemTagsEvenIfMessageIsEmpty(), false),
            requireNonNullElse(format.stripWhitespace(), true),
            requireNonNullElse(generation.stoppingSequences(), List.of())));
  }
}
