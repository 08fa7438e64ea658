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

  /** What there is to choose. */
  record Shape(int hidden, int feedForward, int layers) {
    static final Shape TINY = new Shape(32, 64, 2);

    /** Half as many heads as there are for queries. */
    int keyValueWidth() {
      return hidden / 2;
    }
  }

  private final Shape shape;

  private final Random random = new Random(5);
  private final List<NamedTensor> tensors = new ArrayList<>();

  private TinyModel(Shape shape) {
    this.shape = shape;
  }

  static Path write(Path folder) throws IOException {
    return write(folder, Shape.TINY);
  }

  static Path write(Path folder, Shape shape) throws IOException {
    TinyTokenizer.write(folder);
    Files.writeString(folder.resolve("config.json"), config("LlamaForCausalLM", shape));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"bos_token\": \"<|begin|>\"}");
    var model = new TinyModel(shape);
    model.weights();
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), model.tensors, ElementType.F32, Map.of());
    return folder;
  }

  static String config(String architecture) {
    return config(architecture, Shape.TINY);
  }

  private static String config(String architecture, Shape shape) {
    return """
    {"architectures": ["%s"], "model_type": "llama", "hidden_act": "silu", "hidden_size": %d,
     "intermediate_size": %d, "max_position_embeddings": 128, "num_attention_heads": 4,
     "num_hidden_layers": %d, "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
     "tie_word_embeddings": true, "vocab_size": %d}
    """
        .formatted(
            architecture,
            shape.hidden(),
            shape.feedForward(),
            shape.layers(),
            TinyTokenizer.VOCABULARY);
  }

  private void weights() {
    matrix("model.embed_tokens", TinyTokenizer.VOCABULARY, shape.hidden());
    for (int layer = 0; layer < shape.layers(); layer++) {
      String name = "model.layers." + layer;
      matrix(name + ".self_attn.q_proj", shape.hidden(), shape.hidden());
      matrix(name + ".self_attn.k_proj", shape.keyValueWidth(), shape.hidden());
      matrix(name + ".self_attn.v_proj", shape.keyValueWidth(), shape.hidden());
      matrix(name + ".self_attn.o_proj", shape.hidden(), shape.hidden());
      matrix(name + ".mlp.gate_proj", shape.feedForward(), shape.hidden());
      matrix(name + ".mlp.up_proj", shape.feedForward(), shape.hidden());
      matrix(name + ".mlp.down_proj", shape.hidden(), shape.feedForward());
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
    float[] ones = new float[shape.hidden()];
    Arrays.fill(ones, 1);
    tensors.add(NamedTensor.of(name + ".weight", List.of((long) shape.hidden()), ones));
  }
}
