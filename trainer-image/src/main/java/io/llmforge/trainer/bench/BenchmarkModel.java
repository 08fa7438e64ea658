package io.llmforge.trainer.bench;

import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.WeightsWriter;
import io.llmforge.trainer.torch.FloatData;
import io.llmforge.trainer.torch.NamedTensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Writes a model of a shape with random weights. */
final class BenchmarkModel {

  private final BenchmarkShape shape;
  private final SplittableRandom random;
  private final List<NamedTensor> tensors = new ArrayList<>();

  private BenchmarkModel(BenchmarkShape shape, long seed) {
    this.shape = shape;
    this.random = new SplittableRandom(seed);
  }

  static void write(Path folder, BenchmarkShape shape, long seed) throws IOException {
    var model = new BenchmarkModel(shape, seed);
    Files.writeString(folder.resolve("config.json"), model.config());
    model.addTensors();
    WeightsWriter.write(folder, model.tensors, ElementType.BF16, WeightsWriter.SHARD_BYTES);
  }

  private String config() {
    return """
    {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": %d,
     "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d,
     "num_attention_heads": %d, "num_key_value_heads": %d, "rms_norm_eps": 1e-5,
     "rope_theta": 10000.0, "tie_word_embeddings": true, "torch_dtype": "bfloat16"}
    """
        .formatted(
            shape.vocabulary(),
            shape.hidden(),
            shape.feedForward(),
            shape.layers(),
            shape.queryHeads(),
            shape.keyValueHeads());
  }

  private void addTensors() {
    addWeight("model.embed_tokens", shape.vocabulary(), shape.hidden());
    for (var layer = 0; layer < shape.layers(); layer++) {
      addLayer("model.layers." + layer + ".");
    }
    addNorm("model.norm");
  }

  private void addLayer(String prefix) {
    addNorm(prefix + "input_layernorm");
    addNorm(prefix + "post_attention_layernorm");
    addWeight(prefix + "self_attn.q_proj", shape.queryWidth(), shape.hidden());
    addWeight(prefix + "self_attn.k_proj", shape.keyValueWidth(), shape.hidden());
    addWeight(prefix + "self_attn.v_proj", shape.keyValueWidth(), shape.hidden());
    addWeight(prefix + "self_attn.o_proj", shape.hidden(), shape.queryWidth());
    addWeight(prefix + "mlp.gate_proj", shape.feedForward(), shape.hidden());
    addWeight(prefix + "mlp.up_proj", shape.feedForward(), shape.hidden());
    addWeight(prefix + "mlp.down_proj", shape.hidden(), shape.feedForward());
  }

  /** Uniform with the standard deviation 0.02 that new models start from. */
  private void addWeight(String module, long rows, long columns) {
    var bound = 0.02 * Math.sqrt(3);
    add(module, List.of(rows, columns), () -> (float) random.nextDouble(-bound, bound));
  }

  private void addNorm(String module) {
    add(module, List.of((long) shape.hidden()), () -> 1f);
  }

  private void add(String module, List<Long> sizes, Element element) {
    FloatData data = (first, destination) -> fill(destination, element);
    tensors.add(new NamedTensor(module + ".weight", sizes, data));
  }

  private static void fill(FloatBuffer destination, Element element) {
    while (destination.hasRemaining()) {
      destination.put(element.next());
    }
  }

  @FunctionalInterface
  private interface Element {
    float next();
  }
}
