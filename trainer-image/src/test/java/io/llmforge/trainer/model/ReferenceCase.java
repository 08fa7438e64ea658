package io.llmforge.trainer.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.torch.NamedTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What the reference stack computed: {@code expected.json} and {@code expected.safetensors} of a
 * fixture folder.
 */
public record ReferenceCase(JsonNode json, Map<String, float[]> tensors) {

  private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

  /** One document of a row. */
  public record Document(List<Integer> tokenIds, List<Integer> labels) {}

  public static Path folder(String first, String... more) {
    return FIXTURES.resolve(Path.of(first, more));
  }

  public static ReferenceCase read(Path folder) {
    var tensors = new TreeMap<String, float[]>();
    try (var file = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
      file.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor.toFloats()));
      var json = new ObjectMapper().readTree(Files.readString(folder.resolve("expected.json")));
      return new ReferenceCase(json, tensors);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public double number(String key) {
    return json.path(key).asDouble();
  }

  public float[] tensor(String name) {
    var tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("the fixture has no " + name);
    }
    return tensor;
  }

  /** Gives a model the values that were recorded under {@code prefix} and its tensors' names. */
  public void setIn(CausalLanguageModel model, String prefix) {
    model
        .trainables()
        .restore(
            model.trainables().values().stream()
                .map(v -> NamedTensor.of(v.name(), v.shape(), tensor(prefix + v.name())))
                .toList());
  }

  /** Lets a model begin as the recorded one did, where that was not as it was loaded. */
  public void startIn(CausalLanguageModel model) {
    if (!names("start.").isEmpty()) {
      setIn(model, "start.");
    }
  }

  /** What is trained of a model, by name, as far as it is recorded. */
  Map<String, float[]> recordedIn(CausalLanguageModel model) {
    var values = new TreeMap<String, float[]>();
    for (var value : model.trainables().values()) {
      values.put(value.name(), recorded(value.toFloats()));
    }
    return values;
  }

  /** How far weights end from the recorded end, by how far that is from their begin; Euclidean. */
  double distanceFromEnd(Map<String, float[]> begun, Map<String, float[]> ended) {
    var off = 0.0;
    var moved = 0.0;
    for (var name : names("final.")) {
      var end = recorded(tensor("final." + name));
      off += squaredDistance(ended.get(name), end);
      moved += squaredDistance(begun.get(name), end);
    }
    return Math.sqrt(off / moved);
  }

  private static double squaredDistance(float[] one, float[] other) {
    return IntStream.range(0, other.length)
        .mapToDouble(i -> ((double) one[i] - other[i]) * ((double) one[i] - other[i]))
        .sum();
  }

  /** Names that begin with {@code prefix}, which is cut off. */
  public List<String> names(String prefix) {
    return tensors.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  List<Document> documents() {
    return documents(json);
  }

  static List<Document> documents(JsonNode json) {
    var documents = new ArrayList<Document>();
    for (var document : json.path("documents")) {
      documents.add(
          new Document(integers(document.path("ids")), integers(document.path("labels"))));
    }
    return documents;
  }

  /** All documents in one row. */
  static PackedTokens packed(List<Document> documents) {
    return new PackedTokens(
        documents.stream().flatMapToInt(d -> d.tokenIds().stream().mapToInt(i -> i)).toArray(),
        documents.stream().mapToInt(d -> d.tokenIds().size()).toArray(),
        documents.stream().flatMapToInt(d -> d.labels().stream().mapToInt(i -> i)).toArray());
  }

  /** Big tensors are recorded as every eleventh element. */
  public static float[] recorded(float[] elements) {
    if (elements.length <= 2048) {
      return elements;
    }
    var sampled = new float[Math.ceilDiv(elements.length, 11)];
    IntStream.range(0, sampled.length).forEach(i -> sampled[i] = elements[11 * i]);
    return sampled;
  }

  private static List<Integer> integers(JsonNode array) {
    return array.valueStream().map(JsonNode::asInt).toList();
  }
}
