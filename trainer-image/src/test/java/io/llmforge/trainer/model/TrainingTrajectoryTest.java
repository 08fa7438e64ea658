package io.llmforge.trainer.model;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.optim.AdamW;
import io.llmforge.trainer.optim.LearningRateSchedule;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Twenty optimizer steps against PyTorch: AdamW, cosine with warm-up, accumulation, clipping. */
class TrainingTrajectoryTest {

  private static final double BOUND = 1e-4;

  /** 1e-4 of the 0.02 that a weight moves, relative to weights of about 0.3. */
  private static final double WEIGHT_BOUND = 6e-6;

  @ParameterizedTest
  @ValueSource(strings = {"full", "lora"})
  void twentyStepsFollowTheReference(String name) {
    var expected = ReferenceCase.read(ReferenceCase.folder("training", name));
    var settings = expected.json().path("settings");
    var agreement = new Agreement(GoldenTest.SUPERVISED_TRAJECTORY, "twenty steps, " + name);
    var tuning =
        name.equals("full") ? new Tuning.FullParameter() : new Tuning.Lora(4, 8, 0, all(), false);
    var folder = ReferenceCase.folder("models", expected.json().path("base").asText());
    var schedule =
        new LearningRateSchedule(
            LearningRateSchedule.Shape.COSINE,
            settings.path("learning_rate").asDouble(),
            settings.path("warmup").asInt(),
            settings.path("steps").asInt());

    try (var runtime = TorchRuntime.start();
        var model = CausalLanguageModel.load(runtime, folder, tuning, 1, ModelOptions.defaults())) {
      expected.startIn(model);
      var trained = model.trainables().tensors();
      var decay = AdamW.Settings.withWeightDecay(settings.path("weight_decay").asDouble());
      try (var optimizer = new AdamW(runtime, trained, decay)) {
        var step = 0;
        for (var logged : expected.json().path("log")) {
          var documents = ReferenceCase.documents(logged);
          var targets = ReferenceCase.packed(documents).targetCount();
          var rate = schedule.at(step);
          optimizer.clearGradients();

          var nll = 0.0;
          for (var part : List.of(documents.subList(0, 2), documents.subList(2, 4))) {
            nll +=
                model.accumulate(ReferenceCase.packed(part), targets, new DropoutKey(0, step, 0));
          }
          var norm = optimizer.clipGradients(settings.path("clip").asDouble());
          optimizer.step(rate);

          agreement.add("loss " + step, nll / targets, logged.path("loss").asDouble(), BOUND);
          agreement.add(
              "gradient norm " + step, norm, logged.path("gradient_norm").asDouble(), BOUND);
          agreement.add(
              "learning rate " + step, rate, logged.path("learning_rate").asDouble(), 1e-12);
          step++;
        }
      }
      for (var value : model.trainables().values()) {
        agreement.add(
            value.name(),
            ReferenceCase.recorded(value.toFloats()),
            expected.tensor("final." + value.name()),
            WEIGHT_BOUND);
      }
    }
    agreement.check();
  }

  private static Tuning.LoraTargets all() {
    return new Tuning.LoraTargets.AllLinear();
  }
}
