package io.llmforge.trainer.recipe;

import io.llmforge.trainer.data.RowPacker;
import io.llmforge.trainer.data.RowSet;
import io.llmforge.trainer.data.StepLayout;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.model.PackedTokens;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Rows ready for the model.
 *
 * @param train rows trained on
 * @param validation rows evaluated on; without rows, nothing is evaluated
 * @param layout which rows make which step
 * @param contextLength most tokens of a row
 * @param packer lays out the micro-batches of training
 * @param evaluationPacker lays out those of evaluation
 * @param digest SHA-256 of the training rows' tokens and masks
 */
record TrainingData(
    RowSet train,
    RowSet validation,
    StepLayout layout,
    int contextLength,
    RowPacker packer,
    RowPacker evaluationPacker,
    String digest) {

  /** A micro-batch holds no more tokens than the plan's rows of full length would. */
  static RowPacker packer(int rows, int contextLength, int sequencesPerRow) {
    long tokens = (long) rows * sequencesPerRow * contextLength;
    return new RowPacker((int) Math.min(Integer.MAX_VALUE, tokens), sequencesPerRow);
  }

  boolean isEvaluated() {
    return !validation.rows().isEmpty();
  }

  /** The highest token number in any row. */
  int largestToken() {
    return Stream.of(train, validation)
        .flatMap(set -> set.rows().stream())
        .flatMapToInt(row -> IntStream.of(row.tokens()))
        .max()
        .orElse(0);
  }

  List<TokenRow> rowsOfStep(long step) {
    return train.sequencesOf(layout.rowsOfStep(step));
  }

  /** Rows laid one after the other. */
  static PackedTokens packed(List<TokenRow> rows) {
    return new PackedTokens(
        rows.stream().flatMapToInt(row -> IntStream.of(row.tokens())).toArray(),
        rows.stream().mapToInt(TokenRow::length).toArray(),
        rows.stream().flatMapToInt(row -> IntStream.of(row.labels())).toArray());
  }
}
