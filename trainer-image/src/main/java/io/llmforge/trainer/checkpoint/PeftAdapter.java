package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.trainer.torch.NamedTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** An adapter folder of PEFT: {@code adapter_config.json} and {@code adapter_model.safetensors}. */
public final class PeftAdapter {

  static final String CONFIG_FILE = "adapter_config.json";
  static final String WEIGHTS_FILE = "adapter_model.safetensors";

  private static final String PICKLED_WEIGHTS_FILE = "adapter_model.bin";

  /** PEFT wraps a model twice, and names in the file say so. */
  private static final String KEY_PREFIX = "base_model.model.";

  /** Ends the names of single trained rows; PEFT calls them a delta, and they are none. */
  public static final String TOKEN_ROWS = "token_adapter.trainable_tokens_delta";

  private static final String FIRST = ".lora_A.weight";

  /** A module that has an adapter is wrapped, and its own tensors are named inside the wrapping. */
  private static final String WRAPPED = ".base_layer.";

  private static final String DUMPED = WRAPPED + "weight";
  private static final String BIAS = ".bias";

  private PeftAdapter() {}

  /**
   * Writes an adapter that PEFT loads.
   *
   * @param tensors named by module, such as {@code model.layers.0.mlp.up_proj.lora_A.weight}
   */
  public static void write(Path folder, AdapterConfig config, List<NamedTensor> tensors) {
    var adapted =
        tensors.stream()
            .map(NamedTensor::name)
            .filter(name -> name.endsWith(FIRST))
            .map(name -> name.substring(0, name.length() - FIRST.length()))
            .collect(Collectors.toSet());
    var named =
        tensors.stream().map(t -> t.withName(KEY_PREFIX + inFile(t.name(), adapted))).toList();
    SafetensorsWriter.write(folder.resolve(WEIGHTS_FILE), named, ElementType.F32, Map.of());
    var file = folder.resolve(CONFIG_FILE);
    try {
      var writer = new ObjectMapper().writerWithDefaultPrettyPrinter();
      Files.writeString(file, writer.writeValueAsString(json(config)));
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot write " + file, failure);
    }
  }

  private static String inFile(String name, Set<String> adapted) {
    if (!name.endsWith(BIAS)) {
      return name;
    }
    var module = name.substring(0, name.length() - BIAS.length());
    return adapted.contains(module) ? module + WRAPPED + "bias" : name;
  }

  public static AdapterConfig readConfig(Path folder) {
    var file = folder.resolve(CONFIG_FILE);
    try {
      return config(file, new ObjectMapper().readTree(Files.readString(file)));
    } catch (JsonProcessingException malformed) {
      throw new TensorFileException(file, "is not JSON: " + malformed.getOriginalMessage());
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read " + file, failure);
    }
  }

  /**
   * The adapter's tensors, named by module as {@link #write} takes them, held in memory. Weights of
   * the base model that PEFT repeats beside an adapter of an embedding are left out.
   */
  public static List<NamedTensor> readTensors(Path folder) {
    var path = folder.resolve(WEIGHTS_FILE);
    if (!Files.exists(path) && Files.exists(folder.resolve(PICKLED_WEIGHTS_FILE))) {
      throw new TensorFileException(
          path,
          "does not exist, and %s, which older releases of PEFT wrote, is not read; load the adapter with PEFT and save it again"
              .formatted(PICKLED_WEIGHTS_FILE));
    }
    var tensors = new ArrayList<NamedTensor>();
    try (var file = SafetensorsFile.open(path)) {
      for (var tensor : file.tensors()) {
        if (!tensor.name().startsWith(KEY_PREFIX)) {
          throw new TensorFileException(path, tensor.name() + " is not the name of a PEFT tensor");
        }
        if (tensor.name().endsWith(DUMPED)) {
          continue;
        }
        var name = tensor.name().substring(KEY_PREFIX.length()).replace(WRAPPED, ".");
        tensors.add(NamedTensor.of(name, tensor.shape(), tensor.toFloats()));
      }
    }
    return tensors;
  }

  /** The keys that every PEFT release understands; newer keys make older releases fail. */
  private static ObjectNode json(AdapterConfig config) {
    var json = new ObjectMapper().createObjectNode();
    json.put("peft_type", "LORA").put("task_type", "CAUSAL_LM");
    json.put("base_model_name_or_path", config.baseModel()).putNull("revision");
    json.put("r", config.rank()).put("lora_alpha", wholeWhenPossible(config.alpha()));
    json.put("lora_dropout", config.dropout());
    switch (config.targets()) {
      case AdapterConfig.Targets.Suffixes suffixes -> {
        var names = json.putArray("target_modules");
        suffixes.names().forEach(names::add);
      }
      case AdapterConfig.Targets.Expression expression ->
          json.put("target_modules", expression.regularExpression());
    }
    json.put("fan_in_fan_out", false);
    json.put("use_rslora", config.rankStabilised()).put("use_dora", false);
    json.put("init_lora_weights", true);
    AdapterDetailsJson.put(config.details(), json);
    putTrainedTokens(json, config.trainedTokens());
    return json.put("inference_mode", true);
  }

  private static void putTrainedTokens(ObjectNode json, Map<String, List<Integer>> tokens) {
    var key = "trainable_token_indices";
    if (tokens.isEmpty()) {
      json.putNull(key);
      return;
    }
    var modules = json.putObject(key);
    tokens.forEach(
        (module, ids) -> {
          var array = modules.putArray(module);
          ids.forEach(array::add);
        });
  }

  /** PEFT lets a list stand for rows of the embedding. */
  private static Map<String, List<Integer>> trainedTokens(JsonNode json) {
    if (json.isArray()) {
      return Map.of("embed_tokens", ids(json));
    }
    var tokens = new TreeMap<String, List<Integer>>();
    json.properties().forEach(module -> tokens.put(module.getKey(), ids(module.getValue())));
    return tokens;
  }

  private static List<Integer> ids(JsonNode array) {
    return array.valueStream().map(JsonNode::asInt).toList();
  }

  /** PEFT declares lora_alpha an integer, and most are. */
  static java.math.BigDecimal wholeWhenPossible(double alpha) {
    var decimal = java.math.BigDecimal.valueOf(alpha).stripTrailingZeros();
    return decimal.scale() < 0 ? decimal.setScale(0) : decimal;
  }

  private static AdapterConfig config(Path file, JsonNode json) {
    if (!json.path("peft_type").asText().equals("LORA")) {
      throw new TensorFileException(
          file, "peft_type '%s' is not LORA".formatted(json.path("peft_type").asText()));
    }
    refuseUnknown(file, json);
    return new AdapterConfig(
        json.path("base_model_name_or_path").asText(),
        json.path("r").asInt(),
        json.path("lora_alpha").asDouble(),
        json.path("lora_dropout").asDouble(),
        json.path("use_rslora").asBoolean(),
        targets(json.path("target_modules")),
        trainedTokens(json.path("trainable_token_indices")),
        AdapterDetailsJson.of(file, json));
  }

  /** A text is an expression; nothing is no names. */
  static AdapterConfig.Targets targets(JsonNode written) {
    return written.isTextual()
        ? new AdapterConfig.Targets.Expression(written.asText())
        : new AdapterConfig.Targets.Suffixes(written.valueStream().map(JsonNode::asText).toList());
  }

  private static void refuseUnknown(Path file, JsonNode json) {
    for (var key :
        List.of("layers_pattern", "target_parameters", "layer_replication", "use_dora")) {
      var value = json.path(key);
      if (value.isContainerNode() ? !value.isEmpty() : value.asBoolean(false)) {
        throw new TensorFileException(file, "%s %s is not supported".formatted(key, value));
      }
    }
  }
}
