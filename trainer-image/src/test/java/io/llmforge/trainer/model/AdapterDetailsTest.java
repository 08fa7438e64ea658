package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.checkpoint.AdapterConfig;
import io.llmforge.trainer.checkpoint.AdapterDetails;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters that differ between modules, and what is trained beside them, against PEFT. */
class AdapterDetailsTest {

  private static final double BOUND = 2e-5;
  private static final double LOSS_BOUND = 2e-6;
  private static final int INPUT_SIZE = 400;

  /** Of two samples of 200,000: a larger distance happens by chance once in a hundred times. */
  private static final double KOLMOGOROV_BOUND = 1.628 * Math.sqrt(2 / 2e5);

  /** Of one sample of 200,000 against the distribution itself: the same chance. */
  private static final double ONE_SAMPLE_BOUND = 1.628 / Math.sqrt(2e5);

  private static TorchRuntime runtime;

  @TempDir private Path folder;

  @BeforeAll
  static void loadTorch() {
    runtime = TorchRuntime.start();
  }

  @AfterAll
  static void unloadTorch() {
    runtime.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "patterns",
        "patterns-rank-stabilised",
        "excluded-names",
        "excluded-expression",
        "layers",
        "saved-modules",
        "bias-all",
        "bias-of-adapted"
      })
  void gradientsAgreeWithPeftAndSoDoFiles(String name) throws IOException {
    var theirs = ReferenceCase.folder("lora-details", name);
    var expected = ReferenceCase.read(theirs);
    var agreement = new Agreement(GoldenTest.LORA_GRADIENTS, "LoRA, " + name);
    var files = new Agreement(GoldenTest.ARTEFACTS, "adapter files, " + name);

    try (var model = load(theirs, expected, PeftAdapter.readConfig(theirs).details())) {
      model.trainables().restore(PeftAdapter.readTensors(theirs));
      addAll(agreement, model, expected);
      model.writeAdapter(folder, "base");
    }

    agreement.check();
    files.addExact("keys", tensors(folder).keySet(), tensors(theirs).keySet());
    tensors(theirs).forEach((key, value) -> files.addExact(key, tensors(folder).get(key), value));
    for (var key : List.of("rank_pattern", "alpha_pattern", "layers_to_transform", "bias", "r")) {
      files.addExact(key, config(folder).path(key).toString(), config(theirs).path(key).toString());
    }
    assertThat(PeftAdapter.readConfig(folder).details())
        .isEqualTo(PeftAdapter.readConfig(theirs).details());
    files.check();
  }

  @Test
  void scalesThatAreIgnoredAreCaught() {
    var theirs = ReferenceCase.folder("lora-details", "patterns");
    var expected = ReferenceCase.read(theirs);
    var overrides = PeftAdapter.readConfig(theirs).details().overrides();
    var withoutAlphas =
        new AdapterDetails(
            new AdapterDetails.Overrides(overrides.ranks(), Map.of()),
            AdapterDetails.NONE.selection(),
            AdapterDetails.NONE.extras());
    var agreement = new Agreement(GoldenTest.LORA_GRADIENTS, "alpha_pattern ignored");

    try (var model = load(theirs, expected, withoutAlphas)) {
      model.trainables().restore(PeftAdapter.readTensors(theirs));
      addAll(agreement, model, expected);
    }

    agreement.checkCaught(100);
  }

  @ParameterizedTest
  @EnumSource(Tuning.InitialValues.class)
  void initialValuesAreDistributedLikePeftDraws(Tuning.InitialValues values) {
    var agreement = new Agreement(GoldenTest.LORA_INITIAL_VALUES, "Kolmogorov-Smirnov, " + values);

    agreement.addError("distance", distance(initial(values), recorded(values)), KOLMOGOROV_BOUND);

    agreement.check();
  }

  /** Of 200,000 draws; the standard errors of mean and variance are a tenth of their bounds. */
  @Test
  void uniformValuesHaveTheBoundsMeanAndVarianceOfTheirDistribution() {
    var drawn = initial(Tuning.InitialValues.KAIMING_UNIFORM);
    var bound = 1 / Math.sqrt(INPUT_SIZE);
    var agreement =
        new Agreement(GoldenTest.LORA_INITIAL_VALUES, "one sample, uniform within 1 / sqrt(in)");
    var moments = new Agreement(GoldenTest.LORA_INITIAL_VALUES, "mean and variance, uniform");

    agreement.addError("distance", distance(drawn, x -> (x / bound + 1) / 2), ONE_SAMPLE_BOUND);
    moments.addError("mean", Math.abs(mean(drawn, x -> x)) / bound, 0.013);
    moments.add("variance", mean(drawn, x -> x * x), bound * bound / 3, 0.02);

    agreement.check();
    moments.check();
    assertThat(drawn[0]).isBetween(-1 / 20f, -0.9999f / 20);
    assertThat(drawn[drawn.length - 1]).isBetween(0.9999f / 20, 1 / 20f);
  }

  @Test
  void oneSampleOfAnotherRangeIsCaught() {
    var drawn = initial(Tuning.InitialValues.KAIMING_UNIFORM);
    var ofOutputs = Math.sqrt(3.0 / INPUT_SIZE);
    var agreement =
        new Agreement(GoldenTest.LORA_INITIAL_VALUES, "one sample, bounds of a gain too much");

    agreement.addError("distance", distance(drawn, x -> (x / ofOutputs + 1) / 2), ONE_SAMPLE_BOUND);

    agreement.checkCaught(5);
  }

  @Test
  void valuesOfAnotherDistributionAreCaught() {
    var agreement = new Agreement(GoldenTest.LORA_INITIAL_VALUES, "bounds a tenth too wide");
    var wide = initial(Tuning.InitialValues.KAIMING_UNIFORM);
    for (var i = 0; i < wide.length; i++) {
      wide[i] *= 1.1f;
    }

    agreement.addError(
        "distance",
        distance(wide, recorded(Tuning.InitialValues.KAIMING_UNIFORM)),
        KOLMOGOROV_BOUND);

    agreement.checkCaught(5);
  }

  @Test
  void patternThatNoAdaptedModuleBearsIsRefused() {
    var typo =
        new AdapterDetails(
            new AdapterDetails.Overrides(Map.of("q_prj", 2), Map.of()),
            AdapterDetails.NONE.selection(),
            AdapterDetails.NONE.extras());

    assertThatThrownBy(() -> load("llama", typo))
        .isInstanceOf(AdapterTargetException.class)
        .hasMessageContaining("'q_prj', which is no module with an adapter");
  }

  @Test
  void selectionThatLeavesNothingIsRefused() {
    var nothing =
        new AdapterDetails(
            AdapterDetails.NONE.overrides(),
            new AdapterDetails.Selection(new AdapterConfig.Targets.Suffixes(List.of()), List.of(7)),
            AdapterDetails.NONE.extras());

    assertThatThrownBy(() -> load("llama", nothing))
        .isInstanceOf(AdapterTargetException.class)
        .hasMessageContaining("leave none of the 2 LoRA targets");
  }

  @Test
  void savedEndOfATiedModelIsRefused() {
    assertThatThrownBy(() -> load("llama-tied", saved("lm_head")))
        .isInstanceOf(AdapterTargetException.class)
        .hasMessageContaining("embedding and output head are one matrix");
    assertThatThrownBy(() -> load("llama", saved("lm_haed")))
        .hasMessageContaining("modules_to_save names 'lm_haed', which is no module");
  }

  private static AdapterDetails saved(String module) {
    return new AdapterDetails(
        AdapterDetails.NONE.overrides(),
        AdapterDetails.NONE.selection(),
        new AdapterDetails.Extras(AdapterDetails.Bias.NONE, List.of(module)));
  }

  private static void addAll(
      Agreement agreement, CausalLanguageModel model, ReferenceCase expected) {
    var row = ReferenceCase.packed(expected.documents());
    var nll = model.accumulate(row, expected.number("targets"), new DropoutKey(0, 0, 0));
    agreement.add("nll", nll, expected.number("nll"), LOSS_BOUND);
    var gradients = new TreeMap<String, float[]>();
    expected
        .names("grad.")
        .forEach(
            key ->
                gradients.put(key.replace(".modules_to_save", ""), expected.tensor("grad." + key)));
    assertThat(model.trainables().gradients())
        .extracting(NamedTensor::name)
        .containsExactlyInAnyOrderElementsOf(gradients.keySet());
    for (var gradient : model.trainables().gradients()) {
      var reference = gradients.getOrDefault(gradient.name(), new float[0]);
      agreement.add(gradient.name(), ReferenceCase.recorded(gradient.toFloats()), reference, BOUND);
    }
  }

  /** Sorted. */
  private static float[] initial(Tuning.InitialValues values) {
    var targets = new Tuning.LoraTargets.AllLinear();
    var lora = new Tuning.Lora(500, 8, 0, targets, false, AdapterDetails.NONE, values);
    var module = new ModuleDescription.Linear("module", INPUT_SIZE, 3, false);
    var drawn = Adapter.initial(module, lora, 5).first().toFloats();
    Arrays.sort(drawn);
    return drawn;
  }

  /** Every hundredth of PEFT's 200,000 sorted values, from the fifty-first. */
  private static float[] recorded(Tuning.InitialValues values) {
    var expected = ReferenceCase.read(ReferenceCase.folder("lora-details", "initial-values"));
    return expected.tensor(
        switch (values) {
          case KAIMING_UNIFORM -> "uniform";
          case GAUSSIAN -> "gaussian";
        });
  }

  /** The largest distance between two empirical distribution functions. */
  private static double distance(float[] sorted, float[] recorded) {
    var largest = 0.0;
    for (var i = 0; i < recorded.length; i++) {
      var found = Arrays.binarySearch(sorted, recorded[i]);
      var below = found < 0 ? -found - 1 : found;
      var theirs = (100 * i + 50.5) / (100.0 * recorded.length);
      largest = Math.max(largest, Math.abs((double) below / sorted.length - theirs));
    }
    return largest;
  }

  /** The largest distance between a sample's distribution function and the one it is drawn from. */
  private static double distance(float[] sorted, DoubleUnaryOperator distribution) {
    var largest = 0.0;
    for (var i = 0; i < sorted.length; i++) {
      var theirs = distribution.applyAsDouble(sorted[i]);
      var below = Math.abs(theirs - (double) i / sorted.length);
      largest = Math.max(largest, Math.max(below, Math.abs((i + 1.0) / sorted.length - theirs)));
    }
    return largest;
  }

  private static double mean(float[] sample, DoubleUnaryOperator function) {
    return IntStream.range(0, sample.length)
        .mapToDouble(i -> function.applyAsDouble(sample[i]))
        .average()
        .orElseThrow();
  }

  private static Map<String, List<Float>> tensors(Path adapter) {
    var tensors = new TreeMap<String, List<Float>>();
    try (var file = SafetensorsFile.open(adapter.resolve("adapter_model.safetensors"))) {
      for (var tensor : file.tensors()) {
        var elements = tensor.toFloats();
        tensors.put(
            tensor.name(), IntStream.range(0, elements.length).mapToObj(i -> elements[i]).toList());
      }
    }
    return tensors;
  }

  private static JsonNode config(Path adapter) throws IOException {
    return new ObjectMapper().readTree(Files.readString(adapter.resolve("adapter_config.json")));
  }

  private static CausalLanguageModel load(String base, AdapterDetails details) {
    var targets = new Tuning.LoraTargets.Names(List.of("q_proj"));
    return load(
        ReferenceCase.folder("models", base),
        new Tuning.Lora(4, 8, 0, targets, false, details, Tuning.InitialValues.KAIMING_UNIFORM));
  }

  private static CausalLanguageModel load(
      Path adapter, ReferenceCase expected, AdapterDetails details) {
    var config = PeftAdapter.readConfig(adapter);
    var targets =
        switch (config.targets()) {
          case AdapterConfig.Targets.Suffixes suffixes ->
              new Tuning.LoraTargets.Names(suffixes.names());
          case AdapterConfig.Targets.Expression expression ->
              new Tuning.LoraTargets.Pattern(expression.regularExpression());
        };
    return load(
        ReferenceCase.folder("models", expected.json().path("base").asText()),
        new Tuning.Lora(
            config.rank(),
            config.alpha(),
            0,
            targets,
            config.rankStabilised(),
            details,
            Tuning.InitialValues.KAIMING_UNIFORM));
  }

  private static CausalLanguageModel load(Path base, Tuning tuning) {
    return CausalLanguageModel.load(runtime, base, tuning, 1, ModelOptions.defaults());
  }
}
