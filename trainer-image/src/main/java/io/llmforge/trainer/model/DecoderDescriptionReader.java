package io.llmforge.trainer.model;

import io.llmforge.trainer.model.AttentionShape.QueryKeyNorm;
import io.llmforge.trainer.model.DecoderDescription.Activation;
import io.llmforge.trainer.model.DecoderDescription.EmbeddingFactor;
import io.llmforge.trainer.model.DecoderDescription.Factors;
import io.llmforge.trainer.model.DecoderDescription.Projections;
import io.llmforge.trainer.model.Norms.Placement;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads {@code config.json} in both dialects, that of Transformers 5 and the one before. A key that
 * is absent has the default that Transformers gives it; a feature that is asked for and not known
 * is refused.
 */
final class DecoderDescriptionReader {

  /** Dropouts that training would have to draw. */
  private static final List<String> DROPOUTS =
      List.of("attention_dropout", "resid_pdrop", "embd_pdrop", "router_jitter_noise");

  private final ModelConfig config;
  private final Family family;

  private DecoderDescriptionReader(ModelConfig config, Family family) {
    this.config = config;
    this.family = family;
  }

  static DecoderDescription read(Path modelFolder) {
    var config = ModelConfig.read(modelFolder);
    var family = family(config);
    var complete = config.withDefaults(family.defaults());
    return new DecoderDescriptionReader(complete, family).description();
  }

  private static Family family(ModelConfig config) {
    var modelType = config.text("model_type", "");
    var architecture = "";
    for (var name : config.list("architectures")) {
      architecture = architecture.isEmpty() ? name.asText() : architecture;
    }
    var family =
        architecture.isEmpty()
            ? Families.ofModelType(modelType)
            : Families.ofArchitecture(architecture);
    var name = architecture.isEmpty() ? modelType : architecture;
    return family.orElseThrow(
        () ->
            config.unsupported(
                "architecture '%s' is not supported; supported are %s"
                    .formatted(name, Families.known())));
  }

  private DecoderDescription description() {
    refuseUnknownFeatures();
    var rotary = new RotaryReader(config, family);
    var attention = attention(rotary);
    return new DecoderDescription(
        config.positiveInteger("vocab_size"),
        config.positiveInteger("hidden_size"),
        new LayersReader(config, family).layers(),
        attention,
        rotary.positions(attention.rotatedSize()),
        norms(),
        activation(),
        family.has(FamilyTrait.FUSED_PROJECTIONS) ? Projections.FUSED : Projections.SEPARATE,
        factors(),
        config.flag("output_router_logits") ? config.nonNegativeNumber("router_aux_loss_coef") : 0,
        config.flag("tie_word_embeddings"),
        paddingToken());
  }

  private void refuseUnknownFeatures() {
    for (var dropout : DROPOUTS) {
      if (config.has(dropout) && !config.text(dropout, "").matches("0(\\.0*)?")) {
        throw config.unsupported(dropout, config.text(dropout, ""), "0.0");
      }
    }
    if (config.flag("use_bidirectional_attention")) {
      throw config.unsupported("use_bidirectional_attention", "true", "false");
    }
    if (config.has("quantization_config")) {
      throw config.unsupported(
          "quantized weights are not supported; use the model before quantization");
    }
    refuseUnless(FamilyTrait.SCORE_SOFT_CAP, "attn_logit_softcapping");
    refuseUnless(FamilyTrait.LOGIT_SOFT_CAP, "final_logit_softcapping");
  }

  private void refuseUnless(FamilyTrait trait, String key) {
    if (config.has(key) && !family.has(trait)) {
      throw config.unsupported(key, config.text(key, ""), "null in this family");
    }
  }

  private AttentionShape attention(RotaryReader rotary) {
    var heads = config.positiveInteger("num_attention_heads");
    var keyValueHeads = config.positiveInteger("num_key_value_heads", heads);
    var headSize =
        config.has("head_dim")
            ? config.positiveInteger("head_dim")
            : config.positiveInteger("hidden_size") / heads;
    if (heads % keyValueHeads != 0) {
      throw config.malformed(
          "num_attention_heads %d is not a multiple of num_key_value_heads %d"
              .formatted(heads, keyValueHeads));
    }
    var bias = family.has(FamilyTrait.OPTIONAL_ATTENTION_BIAS) && config.flag("attention_bias");
    return new AttentionShape(
        heads,
        keyValueHeads,
        headSize,
        rotary.rotatedSize(headSize),
        bias || family.has(FamilyTrait.QUERY_KEY_VALUE_BIAS),
        bias,
        queryKeyNorm(),
        scores(headSize));
  }

  private QueryKeyNorm queryKeyNorm() {
    if (family.has(FamilyTrait.HEAD_NORMS)) {
      return QueryKeyNorm.HEAD;
    }
    return family.has(FamilyTrait.PROJECTION_NORMS) ? QueryKeyNorm.ALL_HEADS : QueryKeyNorm.NONE;
  }

  private AttentionShape.Scores scores(int headSize) {
    var scale = 1 / Math.sqrt(headSize);
    if (family.has(FamilyTrait.QUERY_PRE_ATTENTION_SCALAR)) {
      scale = 1 / Math.sqrt(config.positiveNumber("query_pre_attn_scalar"));
    }
    if (family.has(FamilyTrait.MULTIPLIERS)) {
      scale = config.positiveNumber("attention_multiplier");
    }
    return new AttentionShape.Scores(scale, config.nonNegativeNumber("attn_logit_softcapping"));
  }

  private Norms norms() {
    var placement = Placement.BEFORE;
    if (family.has(FamilyTrait.SANDWICH_NORMS)) {
      placement = Placement.AROUND;
    }
    if (family.has(FamilyTrait.POST_NORMS)) {
      placement = Placement.BEHIND;
    }
    return new Norms(
        placement,
        config.positiveNumber("rms_norm_eps", 1e-6),
        family.has(FamilyTrait.NORM_OF_ONE_PLUS_WEIGHT) ? 1 : 0);
  }

  /** Gemma 2 and 3 have a key of their own. */
  private Activation activation() {
    var key =
        family.defaults().containsKey("hidden_activation") ? "hidden_activation" : "hidden_act";
    var name = config.text(key, "silu");
    if (name.equals("gelu") && family.has(FamilyTrait.GELU_MEANS_TANH_GELU)) {
      return Activation.TANH_GELU;
    }
    return switch (name) {
      case "silu" -> Activation.SILU;
      case "gelu_pytorch_tanh" -> Activation.TANH_GELU;
      default -> throw config.unsupported(key, name, "silu, gelu_pytorch_tanh");
    };
  }

  private Factors factors() {
    var softCap = config.nonNegativeNumber("final_logit_softcapping");
    if (family.has(FamilyTrait.MULTIPLIERS)) {
      return new Factors(
          new EmbeddingFactor(config.positiveNumber("embedding_multiplier"), false),
          config.positiveNumber("residual_multiplier"),
          1 / config.positiveNumber("logits_scaling"),
          softCap);
    }
    var embedding =
        family.has(FamilyTrait.EMBEDDING_TIMES_ROOT_WIDTH)
            ? new EmbeddingFactor(Math.sqrt(config.positiveInteger("hidden_size")), true)
            : EmbeddingFactor.NONE;
    return new Factors(embedding, 1, 1, softCap);
  }

  /** A negative one counts from the end, as Python's lists do. */
  private OptionalInt paddingToken() {
    var token = config.integer("pad_token_id");
    if (token.isEmpty()) {
      return OptionalInt.empty();
    }
    var vocabularySize = config.positiveInteger("vocab_size");
    return OptionalInt.of(token.get() < 0 ? token.get() + vocabularySize : token.get());
  }
}
