package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.checkpoint.SafetensorsWriter;
import io.llmforge.trainer.torch.NamedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code initial_adapter_model_ckpt_path}: adapters that fit, and every way not to. */
class ContinuedAdapterTest {

  private static final String NAMES = "/tuning/targets/names";

  @TempDir Path folder;
  private double reached;

  @BeforeEach
  void trainAnAdapter() throws IOException {
    var first = TinyRun.instruction(folder);
    assertThat(first.run()).as(first.console()).isZero();
    reached = evaluationLoss(first).best();
  }

  @Test
  void anotherRankIsRefused() throws IOException {
    assertRefused(
        continued().with("/tuning/rank", 4),
        "initial adapter pvc://models/out has rank 8 at",
        "lora_config has rank 4; set r to 8");
  }

  @Test
  void anotherScaleIsRefused() throws IOException {
    assertRefused(
        continued().with("/tuning/alpha", 32),
        "was trained with scale 2.0 at",
        "lora_config has 4.0; set lora_alpha to 16.0 and use_rslora to false, as it was trained");
    assertRefused(
        continued().with("/tuning/rankStabilised", true),
        "was trained with scale 2.0 at",
        "set lora_alpha to 16.0 and use_rslora to false");
  }

  @Test
  void otherTargetsAreRefused() throws IOException {
    assertRefused(
        continued().with(NAMES, List.of("q_proj", "k_proj")),
        "is of other modules than this run's: it alone has lm_head,",
        "lora_config alone has model.layers.0.self_attn.k_proj",
        "target_modules, down_proj, lm_head, o_proj, q_proj, up_proj, v_proj,");
  }

  @Test
  void anotherModelIsRefused() throws IOException {
    TinyModel.write(folder.resolve("models/wider"), new TinyModel.Shape(48, 64, 2));
    TinyModel.write(folder.resolve("models/deeper"), new TinyModel.Shape(32, 64, 5));

    assertRefused(
        continued().with("/model/base/path", "wider"),
        "initial adapter pvc://models/out is of another model: its",
        "start from the model it was trained on, 'pvc://models/base'");
    assertRefused(
        continued().with("/model/base/path", "deeper"),
        "lora_config alone has model.layers.2.",
        "start from the model it was trained on, 'pvc://models/base'");
  }

  @Test
  void modelOfTheSameShapeAndAnotherNameIsDoubted() throws IOException {
    var run = continued().with("/model/modelId", "somebody/else");

    assertThat(run.run()).as(run.console()).isZero();

    assertThat(run.console())
        .contains("was trained on 'pvc://models/base', this run starts from 'somebody/else'");
  }

  @Test
  void incompleteFoldersAreNamed() throws IOException {
    Path weights = folder.resolve("models/out/adapter_model.safetensors");
    Files.move(weights, weights.resolveSibling("adapter_model.bin"));

    assertRefused(
        continued(),
        "adapter_model.safetensors: does not exist, and adapter_model.bin, which older releases of PEFT wrote, is not read; load the adapter with PEFT and save it again");

    Files.delete(weights.resolveSibling("adapter_config.json"));
    var run = continued();
    assertThat(run.run()).isEqualTo(FailureCode.SOURCE_NOT_FOUND.exitCode());
    assertThat(((Failed) run.lastWords()).message())
        .startsWith("pvc://models/out/adapter_config.json does not exist");
  }

  @Test
  void adapterOfAnotherKindIsRefused() throws IOException {
    changeConfig(config -> config.put("use_dora", true));
    assertRefused(continued(), "adapter_config.json: use_dora true is not supported");

    changeConfig(config -> config.put("peft_type", "IA3"));
    assertRefused(continued(), "adapter_config.json: peft_type 'IA3' is not LORA");
  }

  /** PEFT 0.3's keys; of an adapted head, later releases repeated the base's weights as well. */
  @Test
  void adapterAsOlderPeftWroteItIsContinued() throws IOException {
    changeConfig(
        config -> {
          config.retain(
              Set.of(
                  "base_model_name_or_path",
                  "bias",
                  "fan_in_fan_out",
                  "inference_mode",
                  "init_lora_weights",
                  "lora_alpha",
                  "lora_dropout",
                  "modules_to_save",
                  "peft_type",
                  "r",
                  "target_modules",
                  "task_type"));
          config.put("enable_lora", (String) null).put("merge_weights", false);
        });
    repeatHead();

    var run = continued();

    assertThat(run.run()).as(run.console()).isZero();
    assertThat(evaluationLoss(run).first()).isCloseTo(reached, within(1e-5));
  }

  private TinyRun continued() throws IOException {
    return TinyRun.instruction(folder)
        .with("/model/adapter", Map.of("kind", "claim", "name", "models", "path", "out"))
        .with("/output/location/path", "out2");
  }

  private static void assertRefused(TinyRun run, String... words) throws IOException {
    assertThat(run.run()).as(run.console()).isEqualTo(FailureCode.INVALID_CONFIG.exitCode());
    assertThat(((Failed) run.lastWords()).message()).contains(words);
  }

  private static Metric evaluationLoss(TinyRun run) throws IOException {
    return run.lastWords().progress().metrics().stream()
        .filter(metric -> metric.name().equals(Metric.EVALUATION_LOSS))
        .findFirst()
        .orElseThrow();
  }

  private void changeConfig(Consumer<ObjectNode> change) throws IOException {
    var file = folder.resolve("models/out/adapter_config.json");
    var mapper = new ObjectMapper();
    var config = (ObjectNode) mapper.readTree(Files.readString(file));
    change.accept(config);
    Files.writeString(file, mapper.writeValueAsString(config));
  }

  private void repeatHead() throws IOException {
    var file = folder.resolve("models/out/adapter_model.safetensors");
    var all = new ArrayList<NamedTensor>();
    try (var adapter = SafetensorsFile.open(file);
        var base = SafetensorsFile.open(folder.resolve("models/base/model.safetensors"))) {
      base.tensors().stream()
          .filter(tensor -> tensor.name().equals("model.embed_tokens.weight"))
          .map(tensor -> tensor.withName("base_model.model.lm_head.base_layer.weight"))
          .forEach(all::add);
      all.addAll(adapter.tensors());
      var copy = file.resolveSibling("copy.safetensors");
      SafetensorsWriter.write(copy, all, ElementType.F32, Map.of());
      Files.delete(file);
      Files.move(copy, file);
    }
  }
}
