package io.llmforge.crds.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.fabric8.generator.annotation.Min;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who computes the starting model's log-probabilities, before training begins.
 *
 * @param customResources What each of them asks for, as worker_resources. Without effect:
 *     spec.resources and spec.podTemplate.nodeSelector hold for them as well.
 * @param concurrency How many pods work in parallel, one device each. Default: 1.
 * @param batchSize Pairs of one forward pass. Default: 1.
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LogprobProcessorScalingConfig(
    @Nullable Map<String, Double> customResources,
    @Min(1) @Nullable Integer concurrency,
    @Min(1) @Nullable Integer batchSize) {}
