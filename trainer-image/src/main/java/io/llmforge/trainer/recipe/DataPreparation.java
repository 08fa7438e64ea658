package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.data.BatchSizeRule;
import io.llmforge.trainer.data.FileSummary;
import io.llmforge.trainer.data.MaskPreview;
import io.llmforge.trainer.data.PaddingShare;
import io.llmforge.trainer.data.PreparedRows;
import io.llmforge.trainer.data.RowCache;
import io.llmforge.trainer.data.RowSet;
import io.llmforge.trainer.data.StepLayout;
import io.llmforge.trainer.data.StepRows;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.recipe.TrainingData.Batches;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Files to rows, kept in the workspace for the next attempt, before a model is loaded. */
final class DataPreparation {

  static final String MASK_PREVIEW = "mask-preview.txt";
  private static final String CACHE = "the row cache";

  private final TrainingPlan plan;
  private final RunSurroundings surroundings;
  private final TextTokenizer tokenizer;
  private final Path files;

  /**
   * Prepares the rows of a plan.
   *
   * @param files folder of what is written: the rows, and a preview of them
   */
  DataPreparation(
      TrainingPlan plan, RunSurroundings surroundings, TextTokenizer tokenizer, Path files) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.tokenizer = tokenizer;
    this.files = files;
  }

  /** Prepares both files, or finds them prepared, and writes the preview. */
  TrainingData prepare(RunTokenizer run, ModelSourceFolders folders) {
    List<DataFile> sources = sources();
    PreparedRows rows = rows(sources, run, folders);
    writePreview(rows.train());
    return announced(rows, sources);
  }

  /** Finds both files as another process has prepared them. */
  TrainingData read(RunTokenizer run, ModelSourceFolders folders) {
    List<DataFile> sources = sources();
    return announced(rows(sources, run, folders), sources);
  }

  private PreparedRows rows(List<DataFile> sources, RunTokenizer run, ModelSourceFolders folders) {
    RowCache cache = new RowCache(files.resolve(RowCache.FOLDER), key(sources, run, folders));
    return cached(cache).orElseGet(() -> made(cache, folders.contextLength()));
  }

  private TrainingData announced(PreparedRows rows, List<DataFile> sources) {
    TrainingData data = data(rows, sources);
    announce(data, rows);
    return data;
  }

  /** Everything the rows follow from. */
  private String key(List<DataFile> sources, RunTokenizer run, ModelSourceFolders folders) {
    List<String> parts =
        List.of(
            Integer.toString(RowCache.FORMAT),
            sources.getFirst().sha256(),
            sources.size() == 1 ? "no validation" : sources.getLast().sha256(),
            run.digest(),
            PlanJson.write(plan.objective()),
            String.valueOf(plan.sequence().contextLength()),
            Integer.toString(folders.contextLength()));
    return Sha256.of(String.join("\n", parts));
  }

  private List<DataFile> sources() {
    DataFile train = source(DataFile.Use.TRAINING, plan.data().train());
    Location validation = plan.data().validation();
    return validation == null
        ? List.of(train)
        : List.of(train, source(DataFile.Use.VALIDATION, validation));
  }

  private DataFile source(DataFile.Use use, Location location) {
    try {
      String digest = Sha256.of(surroundings.volumes().source(location));
      return new DataFile(use, location.text(), digest);
    } catch (IOException e) {
      throw StorageException.reading(location.text(), e);
    }
  }

  private Optional<PreparedRows> cached(RowCache cache) {
    try {
      Optional<PreparedRows> rows = cache.open(surroundings.console()::warning);
      rows.ifPresent(
          found -> surroundings.console().line("[data] rows of an earlier attempt are used"));
      return rows;
    } catch (IOException e) {
      throw StorageException.reading(CACHE, e);
    }
  }

  private PreparedRows made(RowCache cache, int modelContextLength) {
    RowMaker maker = new RowMaker(plan, surroundings.volumes(), tokenizer);
    try {
      return cache.write(files -> maker.make(files, modelContextLength));
    } catch (IOException e) {
      throw StorageException.writing(CACHE, e);
    } catch (UncheckedIOException e) {
      throw StorageException.writing(CACHE, e);
    }
  }

  private TrainingData data(PreparedRows rows, List<DataFile> sources) {
    RowSet train = rows.train();
    int contextLength = rows.summary().contextLength();
    int rowsPerDevice = BatchSizeRule.rowsPerDevice(plan.batch().rowsPerDevice(), contextLength);
    int rowsPerStep = plan.batch().rowsPerStep(rowsPerDevice);
    Double planned = plan.duration().epochs();
    double epochs =
        planned != null
            ? planned
            : StepLayout.epochsFor(train.size(), rowsPerStep, plan.duration().minimumSteps());
    StepLayout layout = new StepLayout(train.size(), rowsPerStep, epochs, plan.seed());
    return new TrainingData(
        plan.sequence().padToContextLength() ? train.padded(contextLength) : train,
        rows.validation(),
        layout,
        new StepRows(layout),
        rows.summary(),
        Batches.of(
            rowsPerDevice,
            plan.batch().evaluationRowsPerDevice(),
            contextLength * train.sequencesPerRow()),
        sources);
  }

  private void announce(TrainingData data, PreparedRows rows) {
    announce("train", plan.data().train(), rows.summary().train());
    Location location = plan.data().validation();
    FileSummary validation = rows.summary().validation();
    if (location != null && validation != null) {
      announce("valid", location, validation);
    }
    double avoided =
        PaddingShare.avoided(rows.train(), data.layout(), data.batches().rowsPerDevice());
    surroundings
        .console()
        .line(
            String.format(
                Locale.ROOT,
                "[data] context_length: %d padding_avoided: %.1f%%",
                rows.summary().contextLength(),
                100 * avoided));
    rows.summary().warnings().forEach(surroundings.console()::warning);
  }

  private void announce(String name, Location location, FileSummary file) {
    surroundings
        .console()
        .line(
            "[data] %s: %s %s targets: %d truncated: %d%s"
                .formatted(
                    name,
                    location.text(),
                    file.uncut().text(),
                    file.targets(),
                    file.truncated(),
                    file.sequencesPerRow() == 1 ? "" : " left_out: " + file.dropped().size()));
    surroundings.console().line("[data] %s lengths: %s".formatted(name, file.histogram().text()));
  }

  private void writePreview(RowSet rows) {
    var file = files.resolve(MASK_PREVIEW);
    try {
      String source = plan.data().train().text();
      Durable.writeText(file, MaskPreview.text(source, rows.rows(), tokenizer));
    } catch (IOException e) {
      throw StorageException.writing(file.toString(), e);
    }
  }
}
