package io.llmforge.trainer.optim;

import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A parameter under training.
 *
 * @param name stable across runs
 * @param value float32, changed in place by the optimizer
 * @param computed what is computed with: the value itself, or its copy in another type, renewed
 *     whenever the value changes
 * @param gradient float32 of the same shape, a sum that backward passes add to
 */
public record TrainedTensor(String name, Tensor value, Tensor computed, Tensor gradient) {

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

  /** Computed with as it is. */
  public TrainedTensor(String name, Tensor value, Tensor gradient) {
    this(name, value, value, gradient);
  }

  /** Whether what is computed with is a copy. */
  boolean isCopied() {
    return computed != value;
  }

  /** Overwrites the value, and its copy. */
  public void write(NamedTensor source) {
    value.write(source);
    if (isCopied()) {
      computed.write(source);
    }
  }

  /** Biases and norms do not decay; adapters, embeddings and heads do. */
  public boolean decays() {
    var lowerCase = name.toLowerCase(Locale.ROOT);
    return UNDECAYED.stream().noneMatch(pattern -> pattern.matcher(lowerCase).find());
  }
}
