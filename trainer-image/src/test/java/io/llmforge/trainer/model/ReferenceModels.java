package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.checkpoint.AdapterConfig;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.TorchRuntime;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The models and adapters of the fixtures, loaded for the tests of one class, which declares this
 * as a static {@code @RegisterExtension}.
 */
final class ReferenceModels implements BeforeAllCallback, AfterAllCallback {

  /** Of float32 on a CPU: of the largest logit, of the loss, of a tensor's largest gradient. */
  static final double LOGIT_BOUND = 2e-5;

  static final double LOSS_BOUND = 2e-6;
  static final double GRADIENT_BOUND = 2e-5;

  static final DropoutKey NO_DROPOUT = new DropoutKey(0, 0, 0);

  private @Nullable TorchRuntime runtime;

  @Override
  public void beforeAll(ExtensionContext context) {
    runtime = TorchRuntime.start();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    runtime().close();
  }

  TorchRuntime runtime() {
    if (runtime == null) {
      throw new IllegalStateException("no test of the class has begun");
    }
    return runtime;
  }

  CausalLanguageModel load(Path folder, Tuning tuning) {
    return load(folder, tuning, ModelOptions.defaults());
  }

  CausalLanguageModel load(Path folder, Tuning tuning, ModelOptions options) {
    return CausalLanguageModel.load(runtime(), folder, tuning, 1, options);
  }

  /** All parameters are trained. */
  CausalLanguageModel full(Path folder) {
    return load(folder, new Tuning.FullParameter());
  }

  /** With the values of an adapter that PEFT wrote. */
  CausalLanguageModel adapted(Path base, Path adapter) {
    return adapted(base, adapter, ModelOptions.defaults());
  }

  CausalLanguageModel adapted(Path base, Path adapter, ModelOptions options) {
    var model = load(base, tuning(PeftAdapter.readConfig(adapter)), options);
    model.trainables().restore(PeftAdapter.readTensors(adapter));
    return model;
  }

  /** What a run would plan to train such an adapter. */
  static Tuning.Lora tuning(AdapterConfig config) {
    var targets =
        switch (config.targets()) {
          case AdapterConfig.Targets.Suffixes suffixes ->
              new Tuning.LoraTargets.Names(suffixes.names());
          case AdapterConfig.Targets.Expression expression ->
              new Tuning.LoraTargets.Pattern(expression.regularExpression());
        };
    return new Tuning.Lora(
        config.rank(),
        config.alpha(),
        config.dropout(),
        targets,
        config.rankStabilised(),
        config.details(),
        Tuning.InitialValues.KAIMING_UNIFORM);
  }

  /** Every gradient sum of the model against every recorded one. */
  static void addGradients(Agreement agreement, CausalLanguageModel model, ReferenceCase expected) {
    var gradients = model.trainables().gradients();
    assertThat(gradients)
        .extracting(NamedTensor::name)
        .containsExactlyInAnyOrderElementsOf(expected.names("grad."));
    addGradients(agreement, model, expected, "grad.");
  }

  /**
   * Every gradient sum of the model.
   *
   * @param prefix of the recorded ones' names
   */
  static void addGradients(
      Agreement agreement, CausalLanguageModel model, ReferenceCase expected, String prefix) {
    for (var gradient : model.trainables().gradients()) {
      agreement.add(
          gradient.name(),
          ReferenceCase.recorded(gradient.toFloats()),
          expected.tensor(prefix + gradient.name()),
          GRADIENT_BOUND);
    }
  }
}
