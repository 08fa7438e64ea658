package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.torch.NamedTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes weights into a folder as Transformers lays them out: one file, or shards and an index. */
public final class WeightsWriter {

  /** The size of a shard that every loader takes. */
  public static final long SHARD_BYTES = 5_000_000_000L;

  private WeightsWriter() {}

  public static void write(
      Path folder, List<NamedTensor> tensors, ElementType type, long shardBytes) {
    var shards = shards(tensors, type, shardBytes);
    if (shards.size() == 1) {
      var file = folder.resolve(WeightsFolder.SINGLE_FILE);
      SafetensorsWriter.write(file, shards.getFirst(), type, Map.of());
      return;
    }
    var mapper = new ObjectMapper();
    var index = mapper.createObjectNode();
    var elements = tensors.stream().mapToLong(NamedTensor::elementCount).sum();
    index
        .putObject("metadata")
        .put("total_parameters", elements)
        .put("total_size", elements * type.bytes());
    var weightMap = index.putObject("weight_map");
    for (var number = 1; number <= shards.size(); number++) {
      var name = "model-%05d-of-%05d.safetensors".formatted(number, shards.size());
      var shard = shards.get(number - 1);
      SafetensorsWriter.write(folder.resolve(name), shard, type, Map.of());
      shard.forEach(tensor -> weightMap.put(tensor.name(), name));
    }
    var file = folder.resolve(WeightsFolder.INDEX_FILE);
    try {
      Files.writeString(file, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(index));
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot write " + file, failure);
    }
  }

  private static List<List<NamedTensor>> shards(
      List<NamedTensor> tensors, ElementType type, long shardBytes) {
    var shards = new ArrayList<List<NamedTensor>>();
    var current = new ArrayList<NamedTensor>();
    var currentBytes = 0L;
    for (var tensor : tensors) {
      var bytes = tensor.elementCount() * type.bytes();
      if (!current.isEmpty() && currentBytes + bytes > shardBytes) {
        shards.add(List.copyOf(current));
        current.clear();
        currentBytes = 0;
      }
      current.add(tensor);
      currentBytes += bytes;
    }
    shards.add(List.copyOf(current));
    return shards;
  }
}
