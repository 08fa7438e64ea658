package io.llmforge.crds.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How messages become text.
 *
 * @param promptFormat Templates of the messages; written with the model as its chat template.
 *     Default: LLMForge's for the models it knew, else the chat template of the tokenizer.
 * @param stoppingSequences Texts that end generation when the model is served. Default: none.
 * @param stoppingTokens Token ids that end generation. Without effect: use stopping_sequences.
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GenerationConfig(
    @Nullable PromptFormatConfig promptFormat,
    @Nullable List<String> stoppingSequences,
    @Nullable List<Integer> stoppingTokens) {}
