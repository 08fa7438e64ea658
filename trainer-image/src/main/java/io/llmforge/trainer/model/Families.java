package io.llmforge.trainer.model;

import static io.llmforge.trainer.model.FamilyTrait.EMBEDDING_TIMES_ROOT_WIDTH;
import static io.llmforge.trainer.model.FamilyTrait.EXPERTS;
import static io.llmforge.trainer.model.FamilyTrait.EXPERTS_IN_SOME_LAYERS;
import static io.llmforge.trainer.model.FamilyTrait.FUSED_PROJECTIONS;
import static io.llmforge.trainer.model.FamilyTrait.GELU_MEANS_TANH_GELU;
import static io.llmforge.trainer.model.FamilyTrait.HEAD_NORMS;
import static io.llmforge.trainer.model.FamilyTrait.LOGIT_SOFT_CAP;
import static io.llmforge.trainer.model.FamilyTrait.MULTIPLIERS;
import static io.llmforge.trainer.model.FamilyTrait.NORM_OF_ONE_PLUS_WEIGHT;
import static io.llmforge.trainer.model.FamilyTrait.OPTIONAL_ATTENTION_BIAS;
import static io.llmforge.trainer.model.FamilyTrait.OPTIONAL_FEED_FORWARD_BIAS;
import static io.llmforge.trainer.model.FamilyTrait.PARTIAL_OR_LONG_ROTARY;
import static io.llmforge.trainer.model.FamilyTrait.POST_NORMS;
import static io.llmforge.trainer.model.FamilyTrait.PROJECTION_NORMS;
import static io.llmforge.trainer.model.FamilyTrait.QUERY_KEY_VALUE_BIAS;
import static io.llmforge.trainer.model.FamilyTrait.QUERY_PRE_ATTENTION_SCALAR;
import static io.llmforge.trainer.model.FamilyTrait.ROTARY_PER_LAYER_TYPE;
import static io.llmforge.trainer.model.FamilyTrait.SANDWICH_NORMS;
import static io.llmforge.trainer.model.FamilyTrait.SCORE_SOFT_CAP;
import static io.llmforge.trainer.model.FamilyTrait.WINDOW_EVERYWHERE;
import static io.llmforge.trainer.model.FamilyTrait.WINDOW_EVERYWHERE_ON_REQUEST;
import static io.llmforge.trainer.model.FamilyTrait.WINDOW_IN_LAST_LAYERS_ON_REQUEST;
import static io.llmforge.trainer.model.FamilyTrait.WINDOW_IN_SOME_LAYERS;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The families of decoders that the trainer knows. */
final class Families {

  static final List<Family> KNOWN =
      List.of(
          new Family(
              "Llama",
              "llama",
              Map.of(),
              Set.of(OPTIONAL_ATTENTION_BIAS, OPTIONAL_FEED_FORWARD_BIAS)),
          new Family(
              "Mistral",
              "mistral",
              Map.of("num_key_value_heads", 8, "sliding_window", 4096),
              Set.of(WINDOW_EVERYWHERE)),
          new Family(
              "Qwen2",
              "qwen2",
              Map.of("num_key_value_heads", 32, "sliding_window", 4096, "max_window_layers", 28),
              Set.of(QUERY_KEY_VALUE_BIAS, WINDOW_IN_LAST_LAYERS_ON_REQUEST)),
          new Family(
              "Qwen3",
              "qwen3",
              Map.of(
                  "num_key_value_heads", 32,
                  "head_dim", 128,
                  "sliding_window", 4096,
                  "max_window_layers", 28),
              Set.of(OPTIONAL_ATTENTION_BIAS, HEAD_NORMS, WINDOW_IN_LAST_LAYERS_ON_REQUEST)),
          new Family(
              "Gemma",
              "gemma",
              Map.of(
                  "num_key_value_heads", 16,
                  "head_dim", 256,
                  "hidden_act", "gelu_pytorch_tanh",
                  "pad_token_id", 0,
                  "tie_word_embeddings", true),
              Set.of(
                  OPTIONAL_ATTENTION_BIAS,
                  NORM_OF_ONE_PLUS_WEIGHT,
                  GELU_MEANS_TANH_GELU,
                  EMBEDDING_TIMES_ROOT_WIDTH)),
          new Family(
              "Gemma2",
              "gemma2",
              Map.ofEntries(
                  Map.entry("num_key_value_heads", 4),
                  Map.entry("head_dim", 256),
                  Map.entry("hidden_activation", "gelu_pytorch_tanh"),
                  Map.entry("query_pre_attn_scalar", 256),
                  Map.entry("attn_logit_softcapping", 50.0),
                  Map.entry("final_logit_softcapping", 30.0),
                  Map.entry("sliding_window", 4096),
                  Map.entry("sliding_window_pattern", 2),
                  Map.entry("pad_token_id", 0),
                  Map.entry("tie_word_embeddings", true)),
              Set.of(
                  OPTIONAL_ATTENTION_BIAS,
                  NORM_OF_ONE_PLUS_WEIGHT,
                  SANDWICH_NORMS,
                  EMBEDDING_TIMES_ROOT_WIDTH,
                  QUERY_PRE_ATTENTION_SCALAR,
                  SCORE_SOFT_CAP,
                  LOGIT_SOFT_CAP,
                  WINDOW_IN_SOME_LAYERS)),
          new Family(
              "Gemma3",
              "gemma3_text",
              Map.of(
                  "num_key_value_heads", 4,
                  "head_dim", 256,
                  "hidden_activation", "gelu_pytorch_tanh",
                  "query_pre_attn_scalar", 256,
                  "sliding_window", 4096,
                  "sliding_window_pattern", 6,
                  "rope_local_base_freq", 10_000,
                  "rope_theta", 1_000_000,
                  "pad_token_id", 0,
                  "tie_word_embeddings", true),
              Set.of(
                  OPTIONAL_ATTENTION_BIAS,
                  NORM_OF_ONE_PLUS_WEIGHT,
                  SANDWICH_NORMS,
                  HEAD_NORMS,
                  EMBEDDING_TIMES_ROOT_WIDTH,
                  QUERY_PRE_ATTENTION_SCALAR,
                  LOGIT_SOFT_CAP,
                  WINDOW_IN_SOME_LAYERS,
                  ROTARY_PER_LAYER_TYPE)),
          new Family(
              "Phi3",
              "phi3",
              Map.of(
                  "rms_norm_eps", 1e-5,
                  "pad_token_id", 32_000,
                  "max_position_embeddings", 4096,
                  "original_max_position_embeddings", 4096),
              Set.of(FUSED_PROJECTIONS, PARTIAL_OR_LONG_ROTARY, WINDOW_EVERYWHERE)),
          new Family(
              "Olmo2",
              "olmo2",
              Map.of("rms_norm_eps", 1e-5, "pad_token_id", 1),
              Set.of(OPTIONAL_ATTENTION_BIAS, POST_NORMS, PROJECTION_NORMS)),
          new Family(
              "Granite",
              "granite",
              Map.of(
                  "embedding_multiplier", 1,
                  "residual_multiplier", 1,
                  "attention_multiplier", 1,
                  "logits_scaling", 1),
              Set.of(OPTIONAL_ATTENTION_BIAS, OPTIONAL_FEED_FORWARD_BIAS, MULTIPLIERS)),
          new Family(
              "Mixtral",
              "mixtral",
              Map.of(
                  "num_key_value_heads", 8,
                  "rms_norm_eps", 1e-5,
                  "rope_theta", 1_000_000,
                  "num_local_experts", 8,
                  "num_experts_per_tok", 2,
                  "router_aux_loss_coef", 0.001),
              Set.of(WINDOW_EVERYWHERE, EXPERTS)),
          new Family(
              "Qwen3Moe",
              "qwen3_moe",
              Map.of(
                  "num_key_value_heads", 4,
                  "sliding_window", 4096,
                  "num_experts", 128,
                  "num_experts_per_tok", 8,
                  "moe_intermediate_size", 768,
                  "decoder_sparse_step", 1,
                  "router_aux_loss_coef", 0.001),
              Set.of(
                  OPTIONAL_ATTENTION_BIAS,
                  HEAD_NORMS,
                  WINDOW_EVERYWHERE_ON_REQUEST,
                  EXPERTS_IN_SOME_LAYERS)));

  private Families() {}

  static Optional<Family> ofArchitecture(String architecture) {
    return KNOWN.stream().filter(f -> f.architecture().equals(architecture)).findFirst();
  }

  static Optional<Family> ofModelType(String modelType) {
    return KNOWN.stream().filter(f -> f.modelType().equals(modelType)).findFirst();
  }

  /** Their architectures. */
  static String known() {
    return KNOWN.stream().map(Family::architecture).collect(Collectors.joining(", "));
  }
}
