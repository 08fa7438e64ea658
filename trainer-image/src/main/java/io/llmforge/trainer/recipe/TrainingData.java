package io.llmforge.trainer.recipe;

import io.llmforge.trainer.data.FileSummary;
import io.llmforge.trainer.data.RowPacker;
import io.llmforge.trainer.data.RowSet;
import io.llmforge.trainer.data.RowSummary;
import io.llmforge.trainer.data.StepLayout;
import io.llmforge.trainer.data.StepRows;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.model.PackedTokens;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows ready for the model.
 *
 * @param train rows trained on
 * @param validation rows evaluated on; without rows, nothing is evaluated
 * @param layout how rows make steps
 * @param stepRows which rows make which step
 * @param summary what is known about the rows of both files
 * @param packer lays out the micro-batches of training
 * @param evaluationPacker lays out those of evaluation
 */
record TrainingData(
    RowSet train,
    RowSet validation,
    StepLayout layout,
    StepRows stepRows,
    RowSummary summary,
    RowPacker packer,
    RowPacker evaluationPacker) {

  /** A micro-batch holds no more tokens than the plan's rows of full length would. */
  static RowPacker packer(int rows, int contextLength, int sequencesPerRow) {
    long tokens = (long) rows * sequencesPerRow * contextLength;
    return new RowPacker((int) Math.min(Integer.MAX_VALUE, tokens), sequencesPerRow);
  }

  boolean isEvaluated() {
    return validation.size() > 0;
  }

  /** SHA-256 of the training rows' tokens and masks. */
  String digest() {
    return summary.train().digest();
  }

  /** The highest token number in any row. */
  int largestToken() {
    FileSummary ofValidation = summary.validation();
    int largest = summary.train().largestToken();
    return ofValidation == null ? largest : Math.max(largest, ofValidation.largestToken());
  }

  /** Sequences of at most {@code count} training rows, spread evenly over the file. */
  List<TokenRow> someRows(int count) {
    int rows = Math.min(count, train.size());
    return train.sequencesOf(
        IntStream.range(0, rows).map(i -> (int) ((long) i * train.size() / rows)).toArray());
  }

  List<TokenRow> rowsOfStep(long step) {
    return train.sequencesOf(stepRows.of(step));
  }

  /** Rows laid one after the other. */
  static PackedTokens packed(List<TokenRow> rows) {
    List<TokenRow> read = List.copyOf(rows);
    return new PackedTokens(
        read.stream().flatMapToInt(row -> IntStream.of(row.tokens())).toArray(),
        read.stream().mapToInt(TokenRow::length).toArray(),
        read.stream().flatMapToInt(row -> IntStream.of(row.labels())).toArray());
  }
}
