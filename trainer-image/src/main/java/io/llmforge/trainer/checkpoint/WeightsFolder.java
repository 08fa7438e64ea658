package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.torch.NamedTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The weights of a Hugging Face folder: {@code model.safetensors}, or shards listed in {@code
 * model.safetensors.index.json}. Open for reading.
 */
public final class WeightsFolder implements AutoCloseable {

  static final String SINGLE_FILE = "model.safetensors";
  static final String INDEX_FILE = "model.safetensors.index.json";

  private final List<SafetensorsFile> files = new ArrayList<>();
  private final Map<String, NamedTensor> tensors = new LinkedHashMap<>();

  private WeightsFolder() {}

  public static WeightsFolder open(Path folder) {
    var weights = new WeightsFolder();
    try {
      if (Files.exists(folder.resolve(INDEX_FILE))) {
        weights.openShards(folder, folder.resolve(INDEX_FILE));
      } else {
        weights.openSingleFile(folder.resolve(SINGLE_FILE));
      }
      return weights;
    } catch (RuntimeException failure) {
      weights.close();
      throw failure;
    }
  }

  /** By name; elements can be read until this folder is closed. */
  public Map<String, NamedTensor> tensors() {
    return Map.copyOf(tensors);
  }

  /** The type that most tensors are stored in. */
  public ElementType elementType() {
    var counts = new TreeMap<ElementType, Integer>();
    files.stream()
        .flatMap(file -> file.elementTypes().stream())
        .forEach(type -> counts.merge(type, 1, Integer::sum));
    return counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(ElementType.F32);
  }

  private void openSingleFile(Path file) {
    if (!Files.exists(file)) {
      throw new TensorFileException(
          file,
          "does not exist, nor does %s; weights must be in safetensors format"
              .formatted(INDEX_FILE));
    }
    add(file).forEach(tensor -> tensors.put(tensor.name(), tensor));
  }

  private void openShards(Path folder, Path index) {
    var shardOf = new LinkedHashMap<String, String>();
    for (var entry : weightMap(index).properties()) {
      shardOf.put(entry.getKey(), entry.getValue().asText());
    }
    var available = new LinkedHashMap<String, NamedTensor>();
    for (var shard : new TreeSet<>(shardOf.values())) {
      add(shardPath(folder, index, shard))
          .forEach(tensor -> available.put(shard + "/" + tensor.name(), tensor));
    }
    shardOf.forEach(
        (name, shard) -> {
          var tensor = available.get(shard + "/" + name);
          if (tensor == null) {
            throw new TensorFileException(
                index, "says that %s holds %s, which it does not".formatted(shard, name));
          }
          tensors.put(name, tensor);
        });
  }

  private static JsonNode weightMap(Path index) {
    try {
      var weightMap = new ObjectMapper().readTree(Files.readString(index)).path("weight_map");
      if (weightMap.isObject() && !weightMap.isEmpty()) {
        return weightMap;
      }
      throw new TensorFileException(index, "has no weight_map");
    } catch (JsonProcessingException malformed) {
      throw new TensorFileException(index, "is not JSON: " + malformed.getOriginalMessage());
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read " + index, failure);
    }
  }

  /** A shard is a plain file of the folder; anything else could read outside of it. */
  private static Path shardPath(Path folder, Path index, String shard) {
    var path = folder.resolve(shard).normalize();
    if (!folder.normalize().equals(path.getParent())) {
      throw new TensorFileException(
          index, "names the shard '%s', which is not a file of this folder".formatted(shard));
    }
    if (!Files.exists(path)) {
      throw new TensorFileException(
          path, "does not exist, but %s lists it; copy the missing shard".formatted(INDEX_FILE));
    }
    return path;
  }

  private List<NamedTensor> add(Path path) {
    var file = SafetensorsFile.open(path);
    files.add(file);
    return file.tensors();
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
