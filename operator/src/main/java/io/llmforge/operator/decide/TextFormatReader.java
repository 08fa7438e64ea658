package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.config.GenerationConfig;
import io.llmforge.crds.config.LlmForgeConfig;
import io.llmforge.crds.config.PromptFormatConfig;
import io.llmforge.crds.plan.PromptFormat;
import io.llmforge.crds.plan.TextFormat;
import io.llmforge.crds.plan.TokenizerTemplate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides how rows become text: by {@code generation_config.prompt_format}; without one, by the
 * format that LLMForge had for the model, as its configs for such a model leave it out; else by the
 * chat template of the model's tokenizer. Defaults of {@code prompt_format} are those of
 * llmforge.md section 1.3: empty texts, false, and {@code strip_whitespace: true}.
 */
final class TextFormatReader {

  private static final String KEY = "generation_config.prompt_format";

  private final Findings findings;

  TextFormatReader(Findings findings) {
    this.findings = findings;
  }

  TextFormat read(LlmForgeConfig config) {
    @Nullable GenerationConfig generation = config.generationConfig();
    List<String> stopping =
        generation == null
            ? List.of()
            : requireNonNullElse(generation.stoppingSequences(), List.of());
    if (generation != null && generation.promptFormat() != null) {
      return format(generation.promptFormat(), stopping);
    }
    Optional<PromptFormat> known = KnownPromptFormats.of(requireNonNullElse(config.modelId(), ""));
    if (known.isPresent()) {
      findings.warning(
          KEY, "is not given; rows are rendered in the format that LLMForge had for this model");
      return known.get().withStoppingSequences(stopping);
    }
    findings.warning(
        KEY,
        "is not given; rows are rendered by the chat template of the model's tokenizer, which tells"
            + " the date %s when asked for today".formatted(TokenizerTemplate.PINNED_DATE));
    return new TokenizerTemplate(TokenizerTemplate.PINNED_DATE, stopping);
  }

  private static PromptFormat format(PromptFormatConfig format, List<String> stopping) {
    return new PromptFormat(
        requireNonNull(format.system()),
        requireNonNull(format.user()),
        requireNonNull(format.assistant()),
        requireNonNullElse(format.trailingAssistant(), ""),
        requireNonNullElse(format.bos(), ""),
        requireNonNullElse(format.systemInUser(), false),
        requireNonNullElse(format.defaultSystemMessage(), ""),
        requireNonNullElse(format.addSystemTagsEvenIfMessageIsEmpty(), false),
        requireNonNullElse(format.stripWhitespace(), true),
        stopping);
  }
}
