package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.trainer.model.AttentionShape.QueryKeyNorm;
import io.llmforge.trainer.model.DecoderDescription.Activation;
import io.llmforge.trainer.model.DecoderDescription.Projections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations as they are found on the Hub, and the defaults behind what they leave out. */
class FamilyDescriptionTest {

  private static final String SIZES =
      """
      "vocab_size": 1000, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 6,
      "num_attention_heads": 4""";

  @TempDir private Path folder;

  @Test
  void gemmasSayLittleAndMeanALot() throws IOException {
    var gemma =
        read(
            """
            {"architectures": ["GemmaForCausalLM"], "model_type": "gemma", %s, "head_dim": 16,
             "num_key_value_heads": 1, "hidden_act": "gelu", "hidden_activation": null,
             "rope_theta": 10000.0, "torch_dtype": "bfloat16"}""");

    assertThat(gemma.activation()).isEqualTo(Activation.TANH_GELU);
    assertThat(gemma.tiedEmbeddings()).isTrue();
    assertThat(gemma.paddingToken()).isEqualTo(OptionalInt.of(0));
    assertThat(gemma.norms().weightShift()).isEqualTo(1);
    assertThat(gemma.factors().embedding().exact()).isEqualTo(8);
    assertThat(gemma.attention().scores().scale()).isEqualTo(0.25);
  }

  @Test
  void gemma2HasItsCapsAndWindowsByDefault() throws IOException {
    var gemma2 =
        read(
            """
            {"architectures": ["Gemma2ForCausalLM"], "model_type": "gemma2", %s,
             "query_pre_attn_scalar": 224, "cache_implementation": "hybrid"}""");

    assertThat(gemma2.attention().headSize()).isEqualTo(256);
    assertThat(gemma2.attention().keyValueHeads()).isEqualTo(4);
    assertThat(gemma2.attention().scores())
        .isEqualTo(new AttentionShape.Scores(1 / Math.sqrt(224), 50));
    assertThat(gemma2.factors().logitSoftCap()).isEqualTo(30);
    assertThat(gemma2.norms().placement()).isEqualTo(Norms.Placement.AROUND);
    assertThat(windows(gemma2)).containsExactly(4096, 0, 4096, 0, 4096, 0);
  }

  @Test
  void gemma3OfBothDialectsIsTheSame() throws IOException {
    var older =
        read(
            """
            {"architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text", %s,
             "sliding_window": 512, "sliding_window_pattern": 3, "rope_local_base_freq": 10000.0,
             "rope_theta": 1000000.0, "rope_scaling": {"factor": 8.0, "rope_type": "linear"}}""");
    var newer =
        read(
            """
            {"architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text", %s,
             "sliding_window": 512, "layer_types": ["sliding_attention", "sliding_attention",
               "full_attention", "sliding_attention", "sliding_attention", "full_attention"],
             "rope_parameters": {
               "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
               "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}}""");

    assertThat(newer).isEqualTo(older);
    assertThat(windows(newer)).containsExactly(512, 512, 0, 512, 512, 0);
    assertThat(newer.rotary())
        .containsExactly(new RotaryPositions.Linear(1e6, 8), new RotaryPositions.Default(10_000));
    assertThat(newer.layers().get(2).rotary()).isZero();
    assertThat(newer.layers().get(3).rotary()).isOne();
    assertThat(newer.attention().queryKeyNorm()).isEqualTo(QueryKeyNorm.HEAD);
  }

  @ParameterizedTest
  @CsvSource({"su", "yarn", "longrope"})
  void phi3CallsLongRopeByThreeNames(String type) throws IOException {
    var phi3 =
        read(
            """
            {"architectures": ["Phi3ForCausalLM"], "model_type": "phi3", %s,
             "max_position_embeddings": 131072, "original_max_position_embeddings": 4096,
             "partial_rotary_factor": 0.5, "sliding_window": 262144, "rope_theta": 10000.0,
             "rope_scaling": {"type": "TYPE", "short_factor": [1, 1, 1, 1],
               "long_factor": [1, 2, 3, 4]}}"""
                .replace("TYPE", type));

    assertThat(phi3.projections()).isEqualTo(Projections.FUSED);
    assertThat(phi3.attention().rotatedSize()).isEqualTo(8);
    assertThat(windows(phi3)).containsOnly(262_144);
    assertThat(phi3.rotary())
        .containsExactly(
            new RotaryPositions.LongRope(
                10_000,
                List.of(1.0, 1.0, 1.0, 1.0),
                List.of(1.0, 2.0, 3.0, 4.0),
                4096,
                Math.sqrt(1 + Math.log(32) / Math.log(4096))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"\"sliding_window\": 512, | 512", "\"sliding_window\": null, | 0", " | 4096"})
  void mistralsWindowIsEverywhereUnlessItIsNull(String key, int window) throws IOException {
    var mistral =
        read(
            """
            {"architectures": ["MistralForCausalLM"], KEY %s, "num_key_value_heads": 2}"""
                .replace("KEY", key == null ? "" : key));

    assertThat(windows(mistral)).containsOnly(window);
  }

  @ParameterizedTest
  @CsvSource({"false, 0 0 0 0 0 0", "true, 0 0 0 0 128 128"})
  void qwensWindowIsInTheLastLayersAndOnRequest(boolean isRequested, String windows)
      throws IOException {
    var qwen3 =
        read(
            """
            {"model_type": "qwen3", %s, "num_key_value_heads": 2, "sliding_window": 128,
             "max_window_layers": 4, "use_sliding_window": FLAG}"""
                .replace("FLAG", String.valueOf(isRequested)));

    assertThat(windows(qwen3)).hasToString("[" + windows.replace(" ", ", ") + "]");
    assertThat(qwen3.attention().headSize()).isEqualTo(128);
  }

  @ParameterizedTest
  @CsvSource({"num_experts", "num_local_experts"})
  void expertsOfQwen3AreCountedUnderTwoKeys(String key) throws IOException {
    var qwen3 =
        read(
            """
            {"architectures": ["Qwen3MoeForCausalLM"], %s, "num_key_value_heads": 2, "KEY": 16,
             "decoder_sparse_step": 2, "mlp_only_layers": [3], "norm_topk_prob": true}"""
                .replace("KEY", key));

    var dense = new FeedForward.Gated(96, false);
    var experts =
        new FeedForward.Experts(
            16, 8, 768, FeedForward.Weights.NORMALISED, FeedForward.ExpertNames.OF_QWEN);
    assertThat(qwen3.layers())
        .extracting(LayerDescription::feedForward)
        .containsExactly(dense, experts, dense, dense, dense, experts);
  }

  @Test
  void olmo2NormsBehindAndOverWholeProjections() throws IOException {
    var olmo2 = read("{\"architectures\": [\"Olmo2ForCausalLM\"], %s}");

    assertThat(ModuleDescription.of(olmo2))
        .filteredOn(module -> module.name().startsWith("model.layers.0."))
        .extracting(ModuleDescription::name)
        .extracting(name -> name.substring("model.layers.0.".length()))
        .containsExactly(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.q_norm",
            "self_attn.k_norm",
            "self_attn.o_proj",
            "post_attention_layernorm",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj",
            "post_feedforward_layernorm");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"architectures\": [\"Gemma3ForCausalLM\"], \"attn_logit_softcapping\": 50.0 | attn_logit_softcapping '50.0' is not supported",
        "\"architectures\": [\"Phi3ForCausalLM\"], \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0} | rope_type 'linear' is not supported; supported: default, longrope (su, yarn)",
        "\"architectures\": [\"MistralForCausalLM\"], \"layer_types\": [\"full_attention\", \"full_attention\", \"full_attention\", \"full_attention\", \"full_attention\", \"full_attention\"] | layer_types 'full_attention' is not supported; supported: sliding_attention",
        "\"architectures\": [\"Gemma2ForCausalLM\"], \"layer_types\": [\"chunked_attention\"] | layer_types 'chunked_attention' is not supported",
        "\"architectures\": [\"MixtralForCausalLM\"], \"router_jitter_noise\": 0.01 | router_jitter_noise '0.01' is not supported",
        "\"architectures\": [\"GraniteForCausalLM\"], \"hidden_act\": \"relu\" | hidden_act 'relu' is not supported; supported: silu, gelu_pytorch_tanh",
        "\"architectures\": [\"Gemma3ForConditionalGeneration\"] | architecture 'Gemma3ForConditionalGeneration' is not supported"
      })
  void featuresThatAFamilyDoesNotHaveAreRefused(String keys, String message) {
    assertThatThrownBy(() -> read("{" + keys + ", \"num_key_value_heads\": 2, %s}"))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining(message);
  }

  @Test
  void moreExpertsToATokenThanThereAreIsAContradiction() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    {"architectures": ["MixtralForCausalLM"], "num_key_value_heads": 2,
                     "num_local_experts": 4, "num_experts_per_tok": 5, %s}"""))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("num_experts_per_tok 5 is more than the 4 experts");
  }

  @Test
  void expertsTakeNoAdapter() throws IOException {
    var mixtral =
        read("{\"architectures\": [\"MixtralForCausalLM\"], %s, \"num_key_value_heads\": 2}");
    var targets = new AdapterTargets(ModuleDescription.of(mixtral));

    assertThat(targets.resolve(new Tuning.LoraTargets.AllLinear()))
        .extracting(ModuleDescription::name)
        .allMatch(name -> name.contains("self_attn."))
        .hasSize(6 * 4);
    assertThatThrownBy(() -> targets.resolve(new Tuning.LoraTargets.Names(List.of("w1"))))
        .isInstanceOf(AdapterTargetException.class)
        .hasMessageContaining("'w1' names no module");
  }

  private static List<Integer> windows(DecoderDescription decoder) {
    return IntStream.range(0, decoder.layers().size())
        .mapToObj(number -> decoder.layers().get(number).window())
        .toList();
  }

  private DecoderDescription read(String config) throws IOException {
    Files.writeString(folder.resolve("config.json"), config.formatted(SIZES));
    return DecoderDescriptionReader.read(folder);
  }
}
