package io.llmforge.trainer.optim;

import io.llmforge.trainer.torch.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A parameter under training.
 *
 * @param name stable across runs
 * @param value float32, changed in place by the optimizer
 * @param gradient float32 of the same shape, a sum that backward passes add to
 */
public record TrainedTensor(String name, Tensor value, Tensor gradient) {

  /** Parameters that Transformers leaves out of weight decay, by lower-case name. */
  private static final List<Pattern> UNDECAYED =
      List.of(
          Pattern.compile("bias"),
          Pattern.compile("layernorm"),
          Pattern.compile("rmsnorm"),
          Pattern.compile("(?:^|\\.)norm(?:$|\\.)"),
          Pattern.compile("_norm(?:$|\\.)"));

  public TrainedTensor {
    if (!value.shape().equals(gradient.shape())) {
      throw new IllegalArgumentException(
          "%s has shape %s, its gradient %s".formatted(name, value.shape(), gradient.shape()));
    }
  }

  /** Biases and norms do not decay; adapters, embeddings and heads do. */
  public boolean decays() {
    var lowerCase = name.toLowerCase(Locale.ROOT);
    return UNDECAYED.stream().noneMatch(pattern -> pattern.matcher(lowerCase).find());
  }
}
