package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.data.ContextLengthRule;
import io.llmforge.trainer.data.Conversation;
import io.llmforge.trainer.data.ConversationFile;
import io.llmforge.trainer.data.FileSummary;
import io.llmforge.trainer.data.RowFiles;
import io.llmforge.trainer.data.RowProblems;
import io.llmforge.trainer.data.RowSet;
import io.llmforge.trainer.data.RowSummary;
import io.llmforge.trainer.data.RowTokenizer;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.storage.Volumes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes rows of data files: read, rendered, tokenised, masked, cut, one row in memory at a time.
 * All mistakes of all files are reported together.
 */
final class RowMaker {

  private final TrainingPlan plan;
  private final Volumes volumes;
  private final RowTokenizer rowTokenizer;
  private final List<String> warnings = new ArrayList<>();
  private boolean isBeginningSeen;

  RowMaker(TrainingPlan plan, Volumes volumes, TextTokenizer tokenizer) {
    this.plan = plan;
    this.volumes = volumes;
    this.rowTokenizer = new RowTokenizer(plan.objective(), tokenizer);
  }

  /**
   * A file's rows before they are cut.
   *
   * @param problems what is wrong with them
   */
  private record Uncut(RowSet rows, RowProblems problems) {
    FileSummary summary(int contextLength) {
      return FileSummary.of(rows.lengths(), rows.cut(contextLength, problems));
    }
  }

  /**
   * Makes the rows of both files.
   *
   * @param modelContextLength positions the model was made for
   */
  RowSummary make(RowFiles files, int modelContextLength) {
    Uncut train = tokenize(files, RowFiles.Part.TRAIN, plan.data().train());
    Optional<Uncut> validation =
        Optional.ofNullable(plan.data().validation())
            .map(location -> tokenize(files, RowFiles.Part.VALIDATION, location));
    List<Uncut> all = Stream.concat(Stream.of(train), validation.stream()).toList();
    List<RowProblems> problems = all.stream().map(Uncut::problems).toList();
    RowProblems.requireNone(problems);

    int contextLength =
        ContextLengthRule.contextLength(
            plan.sequence().contextLength(),
            all.stream().flatMapToInt(file -> IntStream.of(file.rows().lengths())).toArray(),
            modelContextLength);
    FileSummary trainSummary = train.summary(contextLength);
    Optional<FileSummary> validationSummary = validation.map(file -> file.summary(contextLength));
    RowProblems.requireNone(problems);
    problems.forEach(file -> warnings.addAll(file.remarks()));
    return new RowSummary(contextLength, trainSummary, validationSummary.orElse(null), warnings);
  }

  private Uncut tokenize(RowFiles files, RowFiles.Part part, Location location) {
    RowProblems problems = new RowProblems(location.text());
    try {
      return new Uncut(
          files.store(
              part, rowTokenizer.sequencesPerRow(), rows -> tokenize(location, problems, rows)),
          problems);
    } catch (IOException e) {
      throw StorageException.writing("the row cache", e);
    }
  }

  private void tokenize(Location location, RowProblems problems, Consumer<TokenRow> rows) {
    try {
      ConversationFile.forEach(
          volumes.source(location),
          plan.objective(),
          problems,
          conversation -> tokenize(conversation, problems, rows));
    } catch (IOException e) {
      throw StorageException.reading(location.text(), e);
    }
  }

  private void tokenize(Conversation conversation, RowProblems problems, Consumer<TokenRow> rows) {
    List<TokenRow> row = rowTokenizer.tokenize(conversation, problems);
    if (!row.isEmpty()) {
      warnOfBeginning(conversation);
      row.forEach(rows);
    }
  }

  /** All rows begin alike: the first that can be rendered is looked at. */
  private void warnOfBeginning(Conversation conversation) {
    if (!isBeginningSeen) {
      isBeginningSeen = true;
      rowTokenizer.beginningOfText(conversation).ifPresent(warnings::add);
    }
  }
}
