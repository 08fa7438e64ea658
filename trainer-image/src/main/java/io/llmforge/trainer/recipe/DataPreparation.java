package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.data.ContextLengthRule;
import io.llmforge.trainer.data.ConversationFile;
import io.llmforge.trainer.data.MaskPreview;
import io.llmforge.trainer.data.RowProblems;
import io.llmforge.trainer.data.RowSet;
import io.llmforge.trainer.data.RowStatistics;
import io.llmforge.trainer.data.RowTokenizer;
import io.llmforge.trainer.data.StepLayout;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Files to rows: read, rendered, tokenised, masked, cut. All mistakes of all files are reported
 * together, before a model is loaded.
 */
final class DataPreparation {

  static final String MASK_PREVIEW = "mask-preview.txt";

  private final TrainingPlan plan;
  private final RunSurroundings surroundings;
  private final TextTokenizer tokenizer;
  private final RowTokenizer rowTokenizer;

  DataPreparation(TrainingPlan plan, RunSurroundings surroundings, TextTokenizer tokenizer) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.tokenizer = tokenizer;
    this.rowTokenizer = new RowTokenizer(plan.objective(), tokenizer);
  }

  /**
   * Prepares both files.
   *
   * @param modelContextLength positions the model was made for
   */
  TrainingData prepare(int modelContextLength) {
    ConversationFile train = read(plan.data().train());
    Optional<ConversationFile> validation =
        Optional.ofNullable(plan.data().validation()).map(this::read);
    List<TokenRow> trainRows = rowTokenizer.tokenize(train);
    List<TokenRow> validationRows = validation.map(rowTokenizer::tokenize).orElse(List.of());
    List<RowProblems> problems =
        Stream.concat(Stream.of(train), validation.stream())
            .map(ConversationFile::problems)
            .toList();
    RowProblems.requireNone(problems);

    List<TokenRow> all = new ArrayList<>(trainRows);
    all.addAll(validationRows);
    int contextLength =
        ContextLengthRule.contextLength(plan.sequence().contextLength(), all, modelContextLength);
    RowSet trainSet = RowSet.cut(trainRows, contextLength, train.problems());
    RowSet validationSet =
        validation
            .map(file -> RowSet.cut(validationRows, contextLength, file.problems()))
            .orElse(new RowSet(List.of(), 1, 0));
    RowProblems.requireNone(problems);

    announce("train", train, trainRows, trainSet, contextLength);
    validation.ifPresent(
        file -> announce("valid", file, validationRows, validationSet, contextLength));
    rowTokenizer
        .beginningOfText(train.conversations().getFirst())
        .ifPresent(surroundings.console()::warning);
    problems.forEach(file -> file.remarks().forEach(surroundings.console()::warning));
    writePreview(train.source(), trainSet);
    return data(trainSet, validationSet, contextLength);
  }

  private ConversationFile read(Location location) {
    try {
      return ConversationFile.read(
          surroundings.volumes().source(location), location.text(), plan.objective());
    } catch (IOException e) {
      throw StorageException.reading(location.text(), e);
    }
  }

  private TrainingData data(RowSet train, RowSet validation, int contextLength) {
    int rowsPerStep = plan.batch().rowsPerStep();
    Double planned = plan.duration().epochs();
    double epochs =
        planned != null
            ? planned
            : StepLayout.epochsFor(train.size(), rowsPerStep, plan.duration().minimumSteps());
    return new TrainingData(
        plan.sequence().padToContextLength() ? train.padded(contextLength) : train,
        validation,
        new StepLayout(train.size(), rowsPerStep, epochs, plan.seed()),
        contextLength,
        TrainingData.packer(plan.batch().rowsPerDevice(), contextLength, train.sequencesPerRow()),
        TrainingData.packer(
            plan.batch().evaluationRowsPerDevice(), contextLength, train.sequencesPerRow()),
        Digests.of(train.rows()));
  }

  private void announce(
      String name, ConversationFile file, List<TokenRow> uncut, RowSet rows, int contextLength) {
    surroundings
        .console()
        .line(
            "[data] %s: %s %s targets: %d context_length: %d truncated: %d"
                .formatted(
                    name,
                    file.source(),
                    RowStatistics.of(uncut).text(),
                    rows.targets(),
                    contextLength,
                    rows.truncated()));
  }

  private void writePreview(String source, RowSet rows) {
    var file = surroundings.volumes().workspace().resolve(MASK_PREVIEW);
    try {
      Durable.writeText(file, MaskPreview.text(source, rows.rows(), tokenizer));
    } catch (IOException e) {
      throw StorageException.writing(file.toString(), e);
    }
  }
}
