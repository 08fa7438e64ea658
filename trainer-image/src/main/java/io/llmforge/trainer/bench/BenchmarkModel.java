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

/** A llama shape of 100 million parameters with random weights. */
final class BenchmarkModel {

  static final int VOCABULARY = 32_000;
  static final int HIDDEN = 768;
  static final int FEED_FORWARD = 2048;
  static final int LAYERS = 12;
  static final int QUERY_HEADS = 12;
  static final int KEY_VALUE_HEADS = 4;
  static final int HEAD_SIZE = HIDDEN / QUERY_HEADS;

  private BenchmarkModel() {}

  /** Parameters of a layer that take part in matrix products. */
  static long layerProductParameters() {
    var queries = (long) QUERY_HEADS * HEAD_SIZE;
    var keys = (long) KEY_VALUE_HEADS * HEAD_SIZE;
    return HIDDEN * (2 * queries + 2 * keys + 3L * FEED_FORWARD);
  }

  static long parameters() {
    return LAYERS * (layerProductParameters() + 2 * HIDDEN) + HIDDEN + (long) VOCABULARY * HIDDEN;
  }

  static void write(Path folder, long seed) throws IOException {
    Files.writeString(folder.resolve("config.json"), config());
    var random = new SplittableRandom(seed);
    var tensors = new ArrayList<NamedTensor>();
    tensors.add(weight("model.embed_tokens", VOCABULARY, HIDDEN, random));
    for (var layer = 0; layer < LAYERS; layer++) {
      addLayer("model.layers." + layer + ".", tensors, random);
    }
    tensors.add(norm("model.norm"));
    WeightsWriter.write(folder, tensors, ElementType.BF16, WeightsWriter.SHARD_BYTES);
  }

  private static String config() {
    return """
    {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": %d,
     "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d,
     "num_attention_heads": %d, "num_key_value_heads": %d, "rms_norm_eps": 1e-5,
     "rope_theta": 10000.0, "tie_word_embeddings": true, "torch_dtype": "bfloat16"}
    """
        .formatted(VOCABULARY, HIDDEN, FEED_FORWARD, LAYERS, QUERY_HEADS, KEY_VALUE_HEADS);
  }

  private static void addLayer(String prefix, List<NamedTensor> tensors, SplittableRandom random) {
    var queries = QUERY_HEADS * HEAD_SIZE;
    var keys = KEY_VALUE_HEADS * HEAD_SIZE;
    tensors.add(norm(prefix + "input_layernorm"));
    tensors.add(norm(prefix + "post_attention_layernorm"));
    tensors.add(weight(prefix + "self_attn.q_proj", queries, HIDDEN, random));
    tensors.add(weight(prefix + "self_attn.k_proj", keys, HIDDEN, random));
    tensors.add(weight(prefix + "self_attn.v_proj", keys, HIDDEN, random));
    tensors.add(weight(prefix + "self_attn.o_proj", HIDDEN, queries, random));
    tensors.add(weight(prefix + "mlp.gate_proj", FEED_FORWARD, HIDDEN, random));
    tensors.add(weight(prefix + "mlp.up_proj", FEED_FORWARD, HIDDEN, random));
    tensors.add(weight(prefix + "mlp.down_proj", HIDDEN, FEED_FORWARD, random));
  }

  /** Uniform with the standard deviation 0.02 that new models start from. */
  private static NamedTensor weight(
      String module, long rows, long columns, SplittableRandom random) {
    var bound = 0.02 * Math.sqrt(3);
    return tensor(module, List.of(rows, columns), () -> (float) random.nextDouble(-bound, bound));
  }

  private static NamedTensor norm(String module) {
    return tensor(module, List.of((long) HIDDEN), () -> 1f);
  }

  private static NamedTensor tensor(String module, List<Long> shape, Element element) {
    FloatData data = (first, destination) -> fill(destination, element);
    return new NamedTensor(module + ".weight", shape, data);
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
