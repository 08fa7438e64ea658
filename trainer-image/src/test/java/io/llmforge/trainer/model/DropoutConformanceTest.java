package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LoRA dropout under recorded masks against PEFT under the same; float32, CPU. */
class DropoutConformanceTest {

  private static final int LAYERS = 2;
  private static final DropoutKey KEY = new DropoutKey(7, 3, 1);
  private static final long EVERYTHING = ModelOptions.defaults().activationBytes();

  /** With every activation kept, and with all of them computed again on the way back. */
  @ParameterizedTest
  @CsvSource({
    "with-head, false",
    "with-head, true",
    "rank-stabilised, false",
    "rank-stabilised, true"
  })
  void lossAndGradientsAreThoseOfPeft(String name, boolean isRecomputed) {
    var expected = ReferenceCase.read(ReferenceCase.folder("lora-dropout", name));
    var agreement =
        new Agreement(
            GoldenTest.LORA_DROPOUT, name + (isRecomputed ? ", layers computed twice" : ""));

    add(agreement, name, masks(expected), isRecomputed ? 0 : EVERYTHING);

    agreement.check();
  }

  @Test
  void masksOfTwoModulesExchangedAreCaught() {
    var masks = masks(ReferenceCase.read(ReferenceCase.folder("lora-dropout", "with-head")));
    var keys = "model.layers.0.self_attn.k_proj";
    var values = "model.layers.0.self_attn.v_proj";
    var ofKeys = masks.get(keys);
    masks.put(keys, masks.get(values));
    masks.put(values, ofKeys);
    var agreement = new Agreement(GoldenTest.LORA_DROPOUT, "masks of two modules exchanged");

    add(agreement, "with-head", masks, EVERYTHING);

    agreement.checkCaught(1000);
  }

  @Test
  void oneMaskForAllProjectionsOfALayerIsCaught() {
    var masks = masks(ReferenceCase.read(ReferenceCase.folder("lora-dropout", "with-head")));
    for (var module : new String[] {"k_proj", "v_proj"}) {
      masks.put("model.layers.1.self_attn." + module, masks.get("model.layers.1.self_attn.q_proj"));
    }
    var agreement = new Agreement(GoldenTest.LORA_DROPOUT, "one mask for q, k and v");

    add(agreement, "with-head", masks, EVERYTHING);

    agreement.checkCaught(1000);
  }

  private static Map<String, float[]> masks(ReferenceCase expected) {
    var masks = new TreeMap<String, float[]>();
    expected.names("mask.").forEach(name -> masks.put(name, expected.tensor("mask." + name)));
    return masks;
  }

  private static void add(
      Agreement agreement, String name, Map<String, float[]> masks, long activationBytes) {
    var folder = ReferenceCase.folder("lora-dropout", name);
    var expected = ReferenceCase.read(folder);
    var row = ReferenceCase.packed(expected.documents());
    var injected = InjectedMasks.of(masks, LAYERS, row, KEY);
    var options = new ModelOptions(activationBytes, ModelOptions.defaults().logitsBytes());
    var base = ReferenceCase.folder("models", expected.json().path("base").asText());

    try (var runtime = injected.start();
        var model =
            CausalLanguageModel.load(
                runtime,
                base,
                ReferenceModels.tuning(PeftAdapter.readConfig(folder)),
                1,
                options)) {
      model.trainables().restore(PeftAdapter.readTensors(folder));
      var nll = model.accumulate(row, expected.number("targets"), KEY);

      agreement.add("nll", nll, expected.number("nll"), ReferenceModels.LOSS_BOUND);
      ReferenceModels.addGradients(agreement, model, expected);
    }
    assertThat(injected.replaced()).isEqualTo(2);
  }
}
