package io.llmforge.crds.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of task classification.
 *
 * @param labelTokens The labels; each becomes one token of the tokenizer. Required.
 * @param evalMetrics Metrics of evaluation: accuracy, f1 (macro), prauc (macro). Default: all of
 *     them.
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClassifierConfig(
    @Nullable List<String> labelTokens, @Nullable List<String> evalMetrics) {}
