package io.llmforge.trainer;

import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.SafetensorsWriter;
import io.llmforge.trainer.data.TinyTokenizer;
import io.llmforge.trainer.torch.NamedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes a llama of a few thousand weights, with its tokenizer, in Hugging Face layout. */
final class TinyModel {

  private static final int HIDDEN = 32;
  private static final int FEED_FORWARD = 64;
  private static final int KEY_VALUE_WIDTH = 16;
  private static final int LAYERS = 2;

  private final Random random = new Random(5);
  private final List<NamedTensor> tensors = new ArrayList<>();

  private TinyModel() {}

  static Path write(Path folder) throws IOException {
    TinyTokenizer.write(folder);
    Files.writeString(folder.resolve("config.json"), config("LlamaForCausalLM"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"bos_token\": \"<|begin|>\"}");
    var model = new TinyModel();
    model.weights();
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), model.tensors, ElementType.F32, Map.of());
    return folder;
  }

  static String config(String architecture) {
    return """
    {"architectures": ["%s"], "model_type": "llama", "hidden_act": "silu", "hidden_size": %d,
     "intermediate_size": %d, "max_position_embeddings": 128, "num_attention_heads": 4,
     "num_hidden_layers": %d, "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
     "tie_word_embeddings": true, "vocab_size": %d}
    """
        .formatted(architecture, HIDDEN, FEED_FORWARD, LAYERS, TinyTokenizer.VOCABULARY);
  }

  private void weights() {
    matrix("model.embed_tokens", TinyTokenizer.VOCABULARY, HIDDEN);
    for (int layer = 0; layer < LAYERS; layer++) {
      String name = "model.layers." + layer;
      matrix(name + ".self_attn.q_proj", HIDDEN, HIDDEN);
      matrix(name + ".self_attn.k_proj", KEY_VALUE_WIDTH, HIDDEN);
      matrix(name + ".self_attn.v_proj", KEY_VALUE_WIDTH, HIDDEN);
      matrix(name + ".self_attn.o_proj", HIDDEN, HIDDEN);
      matrix(name + ".mlp.gate_proj", FEED_FORWARD, HIDDEN);
      matrix(name + ".mlp.up_proj", FEED_FORWARD, HIDDEN);
      matrix(name + ".mlp.down_proj", HIDDEN, FEED_FORWARD);
      norm(name + ".input_layernorm");
      norm(name + ".post_attention_layernorm");
    }
    norm("model.norm");
  }

  private void matrix(String name, int rows, int columns) {
    float[] elements = new float[rows * columns];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) (0.08 * random.nextGaussian());
    }
    tensors.add(NamedTensor.of(name + ".weight", List.of((long) rows, (long) columns), elements));
  }

  private void norm(String name) {
    float[] ones = new float[HIDDEN];
    Arrays.fill(ones, 1);
    tensors.add(NamedTensor.of(name + ".weight", List.of((long) HIDDEN), ones));
  }
}
