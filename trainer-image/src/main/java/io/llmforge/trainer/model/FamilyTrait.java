package io.llmforge.trainer.model;

/** A way in which a family of decoders differs from the block of the first llama. */
enum FamilyTrait {
  /** {@code attention_bias} gives q, k, v and o a bias. */
  OPTIONAL_ATTENTION_BIAS,
  /** q, k and v always have a bias, o never. */
  QUERY_KEY_VALUE_BIAS,
  /** {@code mlp_bias} gives gate, up and down a bias. */
  OPTIONAL_FEED_FORWARD_BIAS,
  /** One matrix makes q, k and v, and one makes gate and up. */
  FUSED_PROJECTIONS,

  /** Norms multiply by one plus their weight. */
  NORM_OF_ONE_PLUS_WEIGHT,
  /** Norms stand before and behind attention and feed-forward part. */
  SANDWICH_NORMS,
  /** Norms stand behind attention and feed-forward part only. */
  POST_NORMS,
  /** A norm over each head of q and k. */
  HEAD_NORMS,
  /** A norm over all heads of q, and one over all heads of k. */
  PROJECTION_NORMS,

  /** {@code sliding_window}, when set, holds in every layer. */
  WINDOW_EVERYWHERE,
  /** {@code sliding_window} holds in every layer when {@code use_sliding_window} says so. */
  WINDOW_EVERYWHERE_ON_REQUEST,
  /** As before, but only from layer {@code max_window_layers} on. */
  WINDOW_IN_LAST_LAYERS_ON_REQUEST,
  /** {@code layer_types} says which layers have a window, otherwise all but every n-th. */
  WINDOW_IN_SOME_LAYERS,
  /** Layers with a window have rotary positions of their own. */
  ROTARY_PER_LAYER_TYPE,
  /** {@code partial_rotary_factor} of a head is rotated; stretching is LongRoPE or nothing. */
  PARTIAL_OR_LONG_ROTARY,

  /** Embeddings are multiplied by the square root of the hidden size. */
  EMBEDDING_TIMES_ROOT_WIDTH,
  /** Scores are divided by the root of {@code query_pre_attn_scalar}, not of the head size. */
  QUERY_PRE_ATTENTION_SCALAR,
  /** {@code attn_logit_softcapping} bounds the scores. */
  SCORE_SOFT_CAP,
  /** Where {@code hidden_act} says gelu, its tanh form was meant. */
  GELU_MEANS_TANH_GELU,
  /** {@code final_logit_softcapping} bounds the logits. */
  LOGIT_SOFT_CAP,
  /** Factors of embedding, residual additions, scores and logits. */
  MULTIPLIERS,

  /** Every layer routes its tokens to a few of many feed-forward parts. */
  EXPERTS,
  /** As before, in layers that {@code mlp_only_layers} and {@code decoder_sparse_step} leave. */
  EXPERTS_IN_SOME_LAYERS
}
