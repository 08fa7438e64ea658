package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchProgram;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gives a model the vocabulary that a plan asks for. {@code V} rows, {@code C} hidden size. */
final class Vocabulary {

  private static final List<String> ENDS = List.of(DecoderNames.EMBEDDING, DecoderNames.HEAD);

  private final TorchProgram program;
  private final VocabularyPlan plan;

  Vocabulary(TorchRuntime runtime, VocabularyPlan plan) {
    this.program = runtime.load(Vocabulary.class, "vocabulary", "Vocabulary");
    this.plan = plan;
  }

  /** Adds rows to the matrices, which {@code scope} owns, of the embedding and the head. */
  Map<String, Tensor> grown(
      Map<String, Tensor> base, DecoderDescription stored, TensorScope scope) {
    var missing = plan.of(stored).vocabularySize() - stored.vocabularySize();
    if (missing == 0) {
      return base;
    }
    var all = new LinkedHashMap<>(base);
    for (var end : ENDS) {
      all.computeIfPresent(
          DecoderNames.weight(end),
          (name, weight) -> {
            var grown =
                program.call("grown").with(weight).with((long) missing).run(scope).getFirst();
            scope.release(List.of(weight));
            return grown;
          });
    }
    return all;
  }

  /** The rows that LoRA trains besides its adapters. */
  List<TrainedRows> trained(DecoderParameters parameters, ModelDesign design, TensorScope scope) {
    if (plan.trainedRows().isEmpty()) {
      return List.of();
    }
    requireKnown(design.description());
    var rows = new ArrayList<TrainedRows>();
    for (var end : design.rowEnds()) {
      var matrix = parameters.weight(DecoderNames.weight(end));
      var indices =
          scope.integers(plan.trainedRows().stream().mapToInt(Integer::intValue).toArray());
      var chosen = program.call("rows").with(matrix).with(indices).run(scope).getFirst();
      rows.add(new TrainedRows(end, plan.trainedRows(), matrix, indices, chosen));
    }
    return rows;
  }

  /** Copies trained rows into the matrices that are read. */
  void replace(List<TrainedRows> trained) {
    if (!trained.isEmpty()) {
      program
          .call("replace")
          .with(trained.stream().map(TrainedRows::matrix).toList())
          .with(trained.stream().map(TrainedRows::indices).toList())
          .with(trained.stream().map(TrainedRows::rows).toList())
          .run();
    }
  }

  private void requireKnown(DecoderDescription decoder) {
    for (var row : plan.trainedRows()) {
      if (row >= decoder.vocabularySize()) {
        throw new IllegalArgumentException(
            "row %d is to be trained, the vocabulary has %d"
                .formatted(row, decoder.vocabularySize()));
      }
    }
  }
}
