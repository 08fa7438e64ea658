package io.llmforge.trainer.bench;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.checkpoint.AdapterConfig;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.model.PackedTokens;
import io.llmforge.trainer.model.Tuning;
import io.llmforge.trainer.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What both sides of a comparison are told to do, read from the JSON file that {@code
 * bench/compare.py} writes.
 *
 * @param task what a step is
 * @param model folder of the model
 * @param adapter folder of a PEFT adapter to start from; nothing when every weight is trained
 * @param learningRate of every step
 * @param documents what a step works on
 * @param options in what numbers, and with how much memory
 */
record BenchmarkCase(
    Task task,
    Path model,
    Optional<Path> adapter,
    double learningRate,
    List<BenchmarkCase.Document> documents,
    ModelOptions options) {

  enum Task {
    /** Forward, backward, clipping and AdamW. */
    SUPERVISED,
    /** The same with the loss of pairs; documents are chosen, rejected, chosen, rejected, ... */
    PREFERENCE,
    /** Forward alone, log-probabilities of the targets. */
    REFERENCE;

    private static Task named(String name) {
      return Arrays.stream(values())
          .filter(task -> task.name().toLowerCase(Locale.ROOT).equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "task '%s' is unknown; use supervised, preference or reference"
                          .formatted(name)));
    }
  }

  /**
   * Tokens with their labels, as {@link PackedTokens} takes them.
   *
   * @param tokenIds in the model's vocabulary
   * @param labels one per token
   */
  record Document(List<Integer> tokenIds, List<Integer> labels) {
    Document {
      tokenIds = List.copyOf(tokenIds);
      labels = List.copyOf(labels);
    }
  }

  BenchmarkCase {
    requireNonNull(task, "task");
    requireNonNull(model, "model");
    requireNonNull(options, "options");
    documents = List.copyOf(documents);
    if (documents.isEmpty()) {
      throw new IllegalArgumentException("a case needs at least one document");
    }
    if (task == Task.PREFERENCE && documents.size() % 2 != 0) {
      throw new IllegalArgumentException("%d documents are no pairs".formatted(documents.size()));
    }
  }

  static BenchmarkCase read(Path file) throws IOException {
    var json = new ObjectMapper().readTree(Files.readString(file));
    var adapter = json.path("adapter");
    var documents = new ArrayList<Document>();
    for (var row : json.path("documents")) {
      documents.add(new Document(integers(row.path("ids")), integers(row.path("labels"))));
    }
    return new BenchmarkCase(
        Task.named(json.path("task").asText()),
        Path.of(json.path("model").asText()),
        adapter.isTextual() ? Optional.of(Path.of(adapter.asText())) : Optional.empty(),
        json.path("learning_rate").asDouble(),
        documents,
        options(json));
  }

  /** What the file does not say is as by default. */
  private static ModelOptions options(JsonNode json) {
    var defaults = ModelOptions.defaults();
    return new ModelOptions(
        json.path("activation_bytes").asLong(defaults.activationBytes()),
        json.path("logits_bytes").asLong(defaults.logitsBytes()),
        precision(json.path("precision").asText(defaults.precision().text())));
  }

  private static Precision precision(String text) {
    return Arrays.stream(Precision.values())
        .filter(precision -> precision.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "precision '%s' is unknown; use float32 or bfloat16".formatted(text)));
  }

  /** All documents in one row. */
  PackedTokens packed() {
    return new PackedTokens(
        documents.stream().flatMap(d -> d.tokenIds().stream()).mapToInt(id -> id).toArray(),
        documents.stream().mapToInt(d -> d.tokenIds().size()).toArray(),
        documents.stream().flatMap(d -> d.labels().stream()).mapToInt(id -> id).toArray());
  }

  /** As the adapter's own configuration says; without an adapter every weight is trained. */
  Tuning tuning() {
    return adapter
        .map(PeftAdapter::readConfig)
        .<Tuning>map(BenchmarkCase::lora)
        .orElseGet(Tuning.FullParameter::new);
  }

  private static Tuning.Lora lora(AdapterConfig config) {
    var targets =
        switch (config.targets()) {
          case AdapterConfig.Targets.Suffixes suffixes ->
              new Tuning.LoraTargets.Names(suffixes.names());
          case AdapterConfig.Targets.Expression expression ->
              new Tuning.LoraTargets.Pattern(expression.regularExpression());
        };
    return new Tuning.Lora(
        config.rank(), config.alpha(), config.dropout(), targets, config.rankStabilised());
  }

  private static List<Integer> integers(JsonNode array) {
    return IntStream.range(0, array.size()).mapToObj(i -> array.get(i).asInt()).toList();
  }
}
