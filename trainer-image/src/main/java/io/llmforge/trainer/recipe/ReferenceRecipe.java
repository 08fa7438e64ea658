package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.Objective.ReferencePlan;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.checkpoint.ReferenceScore;
import io.llmforge.trainer.data.RowPacker;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.loss.SequenceScore;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * One worker of the reference: scores its share of the preference pairs with the starting model, in
 * blocks. A worker that was killed goes on after its last block; pairs that another run of the same
 * model and rows has scored are not scored again.
 */
public final class ReferenceRecipe {

  private static final int BATCHES_PER_BLOCK = 16;

  private final TrainingPlan plan;
  private final int shard;
  private final RunSurroundings run;

  public ReferenceRecipe(TrainingPlan plan, int shard, RunSurroundings run) {
    this.plan = plan;
    this.shard = shard;
    this.run = run;
  }

  /** Completed or stopped; every failure is an exception. */
  public TrainingReport run() {
    TrainingRecipe.requirePossible(plan);
    ReferencePlan reference = reference();
    ModelSourceFolders folders = ModelSourceFolders.of(plan.model(), run.volumes());
    run.progress().enter(Phase.TOKENIZING);
    RunTokenizer tokenizer = RunTokenizer.prepare(plan, folders.base(), run.volumes());
    TrainingData data = prepared(tokenizer, folders);
    var start = new StartingModel(plan, folders, tokenizer.labels());
    ReferenceFolder folder = ReferenceScores.folder(reference, start, data, run);
    run.progress().enter(Phase.SCORING);
    try {
      List<Map.Entry<String, List<TokenRow>>> mine = mine(reference, data);
      Set<String> scored = folder.read().keySet();
      List<Map.Entry<String, List<TokenRow>>> missing =
          mine.stream().filter(pair -> !scored.contains(pair.getKey())).toList();
      run.console()
          .line(
              "[reference] shard %d of %d: %d of %d pairs are scored already, %d pairs to score into %s"
                  .formatted(
                      shard,
                      reference.shards(),
                      mine.size() - missing.size(),
                      mine.size(),
                      missing.size(),
                      folder.path()));
      if (!missing.isEmpty() && !score(missing, reference, start, folder)) {
        return new TrainingReport.Stopped(run.progress().progress(), folder.path().toString());
      }
      folder.markDone(shard, reference.shards());
      return completed(reference, folder, new Share(mine.size(), mine.size() - missing.size()));
    } catch (IOException e) {
      throw StorageException.writing(folder.path().toString(), e);
    }
  }

  private ReferencePlan reference() {
    if (!(plan.objective() instanceof Objective.PreferenceTuning preference)) {
      throw new PlanInvalidException(
          "only preference_tuning has a reference; the plan's task is another");
    }
    int shards = preference.reference().shards();
    if (shard >= shards) {
      throw new PlanInvalidException(
          "there is no shard %d of %d; shards are counted from 0".formatted(shard, shards));
    }
    return preference.reference();
  }

  /** In a folder of its own: workers of other shards prepare the same rows at the same time. */
  private TrainingData prepared(RunTokenizer run, ModelSourceFolders folders) {
    Path files = this.run.volumes().workspace().resolve("reference-worker-%05d".formatted(shard));
    try (TextTokenizer tokenizer = run.open()) {
      return new DataPreparation(plan, this.run, tokenizer, files).prepare(run, folders);
    }
  }

  private List<Map.Entry<String, List<TokenRow>>> mine(ReferencePlan reference, TrainingData data) {
    List<Map.Entry<String, List<TokenRow>>> pairs =
        List.copyOf(ReferenceScores.pairs(plan.evaluation(), data).entrySet());
    return IntStream.iterate(shard, index -> index < pairs.size(), i -> i + reference.shards())
        .mapToObj(pairs::get)
        .toList();
  }

  /** Whether all were scored; false when the worker was asked to stop before. */
  private boolean score(
      List<Map.Entry<String, List<TokenRow>>> pairs,
      ReferencePlan reference,
      StartingModel start,
      ReferenceFolder folder)
      throws IOException {
    int perBlock = reference.pairsPerBatch() * BATCHES_PER_BLOCK;
    ScoredPairs scored = new ScoredPairs(folder);
    try (TorchRuntime runtime = TorchRuntime.start();
        CausalLanguageModel model =
            start.loadToContinue(
                runtime, ModelOptions.defaults().with(PlanPrecision.of(plan, runtime)))) {
      for (int first = 0; first < pairs.size(); first += perBlock) {
        if (run.control().isStopRequested()) {
          return false;
        }
        List<Map.Entry<String, List<TokenRow>>> block =
            pairs.subList(first, Math.min(pairs.size(), first + perBlock));
        // By a run of the same content beside this one: whole blocks only, as scores depend, in
        // their last digits, on what is scored together.
        if (scored.contain(block.stream().map(Map.Entry::getKey).toList())) {
          continue;
        }
        folder.append(shard, scores(model, block, reference.pairsPerBatch()));
        run.console()
            .line(
                "[reference] shard %d: %d of %d pairs"
                    .formatted(shard, first + block.size(), pairs.size()));
      }
    }
    return true;
  }

  private static List<ReferenceScore> scores(
      CausalLanguageModel model, List<Map.Entry<String, List<TokenRow>>> block, int pairsPerBatch) {
    List<TokenRow> sequences = block.stream().flatMap(pair -> pair.getValue().stream()).toList();
    int longest = sequences.stream().mapToInt(TokenRow::length).max().orElse(1);
    RowPacker packer = new RowPacker(Math.multiplyExact(2 * pairsPerBatch, longest), 2);
    List<ReferenceScore> scores = new ArrayList<>();
    for (List<TokenRow> batch : packer.pack(sequences)) {
      List<SequenceScore> scored = model.sequenceScores(TrainingData.packed(batch));
      for (int first = 0; first < batch.size(); first += 2) {
        scores.add(
            new ReferenceScore(
                ReferenceScores.digest(batch.get(first), batch.get(first + 1)),
                scored.get(first).logProbability(),
                scored.get(first + 1).logProbability(),
                scored.get(first).targets(),
                scored.get(first + 1).targets()));
      }
    }
    return scores;
  }

  /**
   * A shard's pairs.
   *
   * @param pairs how many it has
   * @param found how many had been scored before it began
   */
  private record Share(int pairs, int found) {

    List<Metric> metrics() {
      return List.of(metric(Metric.PAIRS, pairs), metric(Metric.PAIRS_FOUND, found));
    }

    private static Metric metric(String name, int value) {
      return new Metric(name, value, 0, value, value, 0);
    }
  }

  private TrainingReport completed(ReferencePlan reference, ReferenceFolder folder, Share share) {
    run.console().line("[reference] shard %d is complete".formatted(shard));
    var output =
        new Output(
            Output.Kind.REFERENCE,
            reference.folder().text(),
            "sha256:" + folder.path().getFileName(),
            0,
            0);
    var progress = new Progress(0, 0, 0, 0, 0, null, null, null, share.metrics(), null, null);
    return new TrainingReport.Completed(progress, output);
  }
}
