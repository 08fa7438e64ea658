package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.NamedTensor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * A LoRA adapter of one module: two new tensors, with PEFT's names and initial values.
 *
 * @param module dotted name of the module
 * @param first A: reads the module's input
 * @param second B: writes the module's output
 * @param scale the factor of its contribution
 */
record Adapter(String module, NamedTensor first, NamedTensor second, double scale) {

  static final String LINEAR_FIRST = ".lora_A.weight";
  static final String LINEAR_SECOND = ".lora_B.weight";
  static final String EMBEDDING_FIRST = ".lora_embedding_A";
  static final String EMBEDDING_SECOND = ".lora_embedding_B";

  /** Ours, not PEFT's: the programs read it beside the adapter; no file holds it. */
  static final String SCALE = ".lora_scale";

  /** A new adapter; its values depend on the seed and the module's name alone. */
  static Adapter initial(ModuleDescription module, Tuning.Lora lora, long seed) {
    var random = new SplittableRandom(seed * 31 + hash(module.name()));
    return switch (module) {
      case ModuleDescription.Linear linear -> linear(linear, lora, random);
      case ModuleDescription.Embedding embedding -> embedding(embedding, lora, random);
      case ModuleDescription.Norm norm ->
          throw new IllegalArgumentException("a norm takes no adapter: " + norm.name());
      case ModuleDescription.Routed routed ->
          throw new IllegalArgumentException("an expert takes no adapter: " + routed.name());
    };
  }

  /** A [r, in] drawn, B [out, r] zero. */
  private static Adapter linear(
      ModuleDescription.Linear module, Tuning.Lora lora, SplittableRandom random) {
    var rank = lora.rankOf(module.name());
    var first = new float[rank * module.inputSize()];
    for (var i = 0; i < first.length; i++) {
      first[i] = drawn(lora.initialValues(), module.inputSize(), rank, random);
    }
    return new Adapter(
        module.name(),
        tensor(module.name() + LINEAR_FIRST, rank, module.inputSize(), first),
        tensor(
            module.name() + LINEAR_SECOND,
            module.outputSize(),
            rank,
            new float[module.outputSize() * rank]),
        lora.scaleOf(module.name()));
  }

  private static float drawn(
      Tuning.InitialValues values, int inputSize, int rank, SplittableRandom random) {
    return switch (values) {
      case KAIMING_UNIFORM -> {
        var bound = 1 / Math.sqrt(inputSize);
        yield (float) random.nextDouble(-bound, bound);
      }
      case GAUSSIAN -> (float) random.nextGaussian(0, 1.0 / rank);
    };
  }

  /** A [r, vocabulary] zero, B [hidden, r] normal. */
  private static Adapter embedding(
      ModuleDescription.Embedding module, Tuning.Lora lora, SplittableRandom random) {
    var rank = lora.rankOf(module.name());
    var second = new float[module.hiddenSize() * rank];
    for (var i = 0; i < second.length; i++) {
      second[i] = (float) random.nextGaussian();
    }
    return new Adapter(
        module.name(),
        tensor(
            module.name() + EMBEDDING_FIRST,
            rank,
            module.vocabularySize(),
            new float[rank * module.vocabularySize()]),
        tensor(module.name() + EMBEDDING_SECOND, module.hiddenSize(), rank, second),
        lora.scaleOf(module.name()));
  }

  private static NamedTensor tensor(String name, long rows, long columns, float[] elements) {
    return NamedTensor.of(name, List.of(rows, columns), elements);
  }

  private static long hash(String name) {
    var checksum = new CRC32();
    checksum.update(name.getBytes(StandardCharsets.UTF_8));
    return checksum.getValue();
  }
}
