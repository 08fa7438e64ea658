package io.llmforge.crds.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter, keys as PEFT has them.
 *
 * @param r Rank. Default: 8.
 * @param loraAlpha Scale: the adapter's output is multiplied by lora_alpha / r. Default: 8.
 * @param loraDropout Probability that an input of the adapter is dropped. Default: 0.
 * @param targetModules Modules that get an adapter: a list of names, a regular expression, or
 *     all-linear. Default: q_proj and v_proj, or qkv_proj where that is one matrix.
 * @param excludeModules Modules that get no adapter although they are targets: a list of names, or
 *     a regular expression of whole names. Default: none.
 * @param layersToTransform Numbers of the layers that get adapters, from 0; not with target_modules
 *     as an expression. Default: all.
 * @param rankPattern Ranks of single modules instead of r: a regular expression for the end of the
 *     module's name, and its rank. Default: none.
 * @param alphaPattern Scales of single modules instead of lora_alpha, in the same form. Default:
 *     none.
 * @param modulesToSave Modules trained whole and saved beside the adapter, such as lm_head or norm.
 *     Default: none.
 * @param taskType CAUSAL_LM. Without effect.
 * @param bias Biases trained beside the adapter: none, all, or lora_only for those of modules with
 *     an adapter. Default: none.
 * @param fanInFanOut Weights stored transposed. Only false here.
 * @param initLoraWeights First values of the adapter: true for uniform ones, or gaussian. Default:
 *     true.
 * @param useRslora Scale by the square root of r instead of r. Default: false.
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoraConfig(
    @Min(1) @Nullable Integer r,
    @Min(value = 0, inclusive = false) @Nullable Double loraAlpha,
    @Min(0) @Max(value = 1, inclusive = false) @Nullable Double loraDropout,
    @Takes({Form.TEXT, Form.TEXT_LIST}) @Nullable JsonNode targetModules,
    @Takes({Form.TEXT, Form.TEXT_LIST}) @Nullable JsonNode excludeModules,
    @Nullable List<Integer> layersToTransform,
    @Nullable Map<String, Integer> rankPattern,
    @Nullable Map<String, Double> alphaPattern,
    @Nullable List<String> modulesToSave,
    @Nullable String taskType,
    @Nullable String bias,
    @Nullable Boolean fanInFanOut,
    @Takes({Form.FLAG, Form.TEXT}) @Nullable JsonNode initLoraWeights,
    @Nullable Boolean useRslora) {}
