package io.llmforge.trainer.optim;

import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchProgram;
import io.llmforge.trainer.torch.TorchRuntime;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * AdamW (Loshchilov and Hutter 2019) with float32 state, as {@code torch.optim.AdamW} computes it.
 */
public final class AdamW implements AutoCloseable {

  /**
   * The numbers of the update.
   *
   * @param beta1 decay of the running mean of gradients
   * @param beta2 decay of the running mean of squared gradients
   * @param epsilon added to the square root of the corrected mean of squares
   * @param weightDecay decoupled decay of the parameters that decay
   */
  public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {

    /** Transformers' defaults with the given decay. */
    public static Settings withWeightDecay(double weightDecay) {
      return new Settings(0.9, 0.999, 1e-8, weightDecay);
    }
  }

  private static final String MEAN = "exp_avg.";
  private static final String MEAN_OF_SQUARES = "exp_avg_sq.";
  private static final String STEPS = "step.";

  private record Slot(TrainedTensor trained, Tensor mean, Tensor meanOfSquares, Tensor steps) {}

  private final TorchRuntime runtime;
  private final TorchProgram program;
  private final TensorScope scope;
  private final Settings settings;
  private final List<Slot> slots = new ArrayList<>();
  private final List<Tensor> gradients;
  private final FlatGradients flat;

  public AdamW(TorchRuntime runtime, List<TrainedTensor> trained, Settings settings) {
    if (trained.isEmpty()) {
      throw new IllegalArgumentException("nothing to train");
    }
    this.runtime = runtime;
    this.program = runtime.load(AdamW.class, "adamw", "AdamW");
    this.scope = runtime.openScope();
    this.settings = settings;
    for (var tensor : trained) {
      slots.add(new Slot(tensor, zerosLike(tensor), zerosLike(tensor), scope.zeros()));
    }
    this.gradients = trained.stream().map(TrainedTensor::gradient).toList();
    this.flat = new FlatGradients(runtime, program, gradients);
  }

  /** The L2 norm of all gradients together; not finite when a gradient is not. */
  public double gradientNorm() {
    try (var local = runtime.openScope()) {
      return program.call("norm").with(gradients).run(local).getFirst().toDouble();
    }
  }

  /**
   * Shows all gradients, as few flat buffers of little-endian float32, to someone who changes them;
   * always the same buffers in the same order.
   */
  public void changeGradients(Consumer<ByteBuffer> change) {
    flat.change(change);
  }

  /** Scales all gradients down to the norm {@code maximum}; gives the norm they had. */
  public double clipGradients(double maximum) {
    var norm = gradientNorm();
    var factor = maximum / (norm + 1e-6);
    if (factor < 1) {
      program.call("scale").with(gradients).with(factor).run();
    }
    return norm;
  }

  /** Changes the parameters, and their copies, by their gradients, which stay as they are. */
  public void step(double learningRate) {
    for (var decays : new boolean[] {true, false}) {
      var group = slots.stream().filter(slot -> slot.trained().decays() == decays).toList();
      if (!group.isEmpty()) {
        step(group, learningRate, decays ? settings.weightDecay() : 0);
      }
    }
  }

  public void clearGradients() {
    program.call("clear").with(gradients).run();
  }

  /** Everything needed to go on later: two running means and a step count per parameter. */
  public List<NamedTensor> state() {
    var state = new ArrayList<NamedTensor>();
    for (var slot : slots) {
      var name = slot.trained().name();
      state.add(slot.mean().named(MEAN + name));
      state.add(slot.meanOfSquares().named(MEAN_OF_SQUARES + name));
      state.add(slot.steps().named(STEPS + name));
    }
    return state;
  }

  /** Goes on from what {@link #state} gave for the same parameters. */
  public void restore(List<NamedTensor> state) {
    var byName = state.stream().collect(Collectors.toMap(NamedTensor::name, Function.identity()));
    for (var slot : slots) {
      var name = slot.trained().name();
      restore(slot.mean(), MEAN + name, byName);
      restore(slot.meanOfSquares(), MEAN_OF_SQUARES + name, byName);
      restore(slot.steps(), STEPS + name, byName);
    }
  }

  private void step(List<Slot> group, double learningRate, double weightDecay) {
    var copied = group.stream().map(Slot::trained).filter(TrainedTensor::isCopied).toList();
    program
        .call("step")
        .with(group.stream().map(slot -> slot.trained().value()).toList())
        .with(group.stream().map(slot -> slot.trained().gradient()).toList())
        .with(group.stream().map(Slot::mean).toList())
        .with(group.stream().map(Slot::meanOfSquares).toList())
        .with(group.stream().map(Slot::steps).toList())
        .with(copied.stream().map(TrainedTensor::value).toList())
        .with(copied.stream().map(TrainedTensor::computed).toList())
        .with(learningRate)
        .with(settings.beta1())
        .with(settings.beta2())
        .with(weightDecay)
        .with(settings.epsilon())
        .run();
  }

  private static void restore(Tensor target, String name, Map<String, NamedTensor> state) {
    var source = state.get(name);
    if (source == null) {
      throw new IllegalArgumentException("the optimizer state lacks " + name);
    }
    target.write(source);
  }

  private Tensor zerosLike(TrainedTensor tensor) {
    return scope.zeros(tensor.value().shape().stream().mapToLong(Long::longValue).toArray());
  }

  @Override
  public void close() {
    scope.close();
  }
}
