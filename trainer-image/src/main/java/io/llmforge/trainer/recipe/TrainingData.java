package io.llmforge.trainer.recipe;

import io.llmforge.trainer.data.FileSummary;
import io.llmforge.trainer.data.RowOrder;
import io.llmforge.trainer.data.RowPacker;
import io.llmforge.trainer.data.RowParts;
import io.llmforge.trainer.data.RowSet;
import io.llmforge.trainer.data.RowSummary;
import io.llmforge.trainer.data.StepLayout;
import io.llmforge.trainer.data.StepRows;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.model.PackedTokens;
import java.util.Arrays;
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
 * @param batches how they are laid out
 * @param files where they come from
 */
record TrainingData(
    RowSet train,
    RowSet validation,
    StepLayout layout,
    StepRows stepRows,
    RowSummary summary,
    Batches batches,
    List<DataFile> files) {

  private static final int MEASURED = 16;

  /**
   * Sizes of micro-batches.
   *
   * @param rowsPerDevice rows of one device's micro-batch, planned or decided by the data
   * @param trainingTokens most tokens of a micro-batch of training; a longer row stands alone
   * @param evaluationTokens the same for evaluations
   */
  record Batches(int rowsPerDevice, int trainingTokens, int evaluationTokens) {

    /** A micro-batch holds no more tokens than its rows at full length would. */
    static Batches of(int rowsPerDevice, int evaluationRows, int tokensPerRow) {
      return new Batches(
          rowsPerDevice, tokens(rowsPerDevice, tokensPerRow), tokens(evaluationRows, tokensPerRow));
    }

    private static int tokens(int rows, int tokensPerRow) {
      return (int) Math.min(Integer.MAX_VALUE, (long) rows * tokensPerRow);
    }
  }

  /** The same rows in other micro-batches. */
  TrainingData with(MemoryPlan memory) {
    var other =
        new Batches(batches.rowsPerDevice(), memory.microBatchTokens(), memory.evaluationTokens());
    return new TrainingData(train, validation, layout, stepRows, summary, other, files);
  }

  /** What a device must have memory for. */
  MemoryPlanner.Work work() {
    return new MemoryPlanner.Work(
        longestRow(), batches.trainingTokens(), batches.evaluationTokens());
  }

  /** Lays out the micro-batches of training. */
  RowPacker packer() {
    return new RowPacker(batches.trainingTokens(), train.sequencesPerRow());
  }

  /** Deals the rows of a step out to so many devices. */
  RowParts parts(int devices) {
    return new RowParts(devices, train.sequencesPerRow());
  }

  /** Lays out those of evaluation. */
  RowPacker evaluationPacker() {
    return new RowPacker(batches.evaluationTokens(), train.sequencesPerRow());
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

  /** The training rows in the order in which the first epoch comes upon them. */
  int[] firstEpoch() {
    return RowOrder.of(layout.seed(), 0, train.size());
  }

  /** Sequences of at most {@code count} training rows, those of the first steps. */
  List<TokenRow> firstRows(int count) {
    return train.sequencesOf(Arrays.copyOf(firstEpoch(), Math.min(count, train.size())));
  }

  /** Sequences that a published model is measured on when nothing is evaluated. */
  List<TokenRow> measuredRows() {
    return train.sequencesOf(IntStream.range(0, Math.min(MEASURED, train.size())).toArray());
  }

  /** Tokens of the longest row, all its sequences together. */
  int longestRow() {
    return Math.max(train.longestRow(), validation.longestRow());
  }

  List<TokenRow> rowsOfStep(long step) {
    return train.sequencesOf(stepRows.of(step));
  }

  /** The step of the first epoch with the largest micro-batch. */
  long heaviestStep() {
    int[] lengths = train.lengths();
    RowPacker packer = packer();
    long heaviest = 0;
    int most = 0;
    for (long step = 0; step < Math.min(layout.totalSteps(), layout.stepsPerEpoch()); step++) {
      int tokens = packer.largestBatch(train.sequenceNumbersOf(stepRows.of(step)), lengths);
      if (tokens > most) {
        most = tokens;
        heaviest = step;
      }
    }
    return heaviest;
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
