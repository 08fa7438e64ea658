package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective.ReferencePlan;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingPlan.EvaluationPlan;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.data.RowSet;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.storage.KnownDigests;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which pairs need a score of the starting model, and where that score is. */
final class ReferenceScores {

  /** Changes when the meaning of a score changes. */
  private static final String FORMAT = "llmforge.reference/3";

  private static final String CACHE_FOLDER = "reference";

  private ReferenceScores() {}

  /**
   * The folder of all scores that follow from this model, these rows and nothing else.
   *
   * @throws StorageException when a file of the model cannot be read
   */
  static ReferenceFolder folder(
      ReferencePlan reference, StartingModel start, TrainingData data, RunSurroundings run) {
    Sha256 key = new Sha256().add(FORMAT).add(PlanJson.write(start.plan().tuning()));
    key.add(start.plan().precision().name());
    key.add(data.summary().train().digest());
    key.add(String.valueOf(start.plan().sequence().padToContextLength()));
    var validation = data.summary().validation();
    key.add(validation == null ? "no validation" : validation.digest());
    Path workspace = run.volumes().workspace();
    try {
      KnownDigests known = KnownDigests.in(workspace);
      addModel(key, start.folders().weights(), known);
      start.folders().adapter().ifPresent(adapter -> addModel(key, adapter, known));
    } catch (IOException e) {
      throw StorageException.reading(workspace.toString(), e);
    }
    return new ReferenceFolder(
        run.volumes().kept(reference.folder(), CACHE_FOLDER).resolve(key.hex()));
  }

  /**
   * Every pair of both files once, by its digest, in the order in which training comes upon them: a
   * trainer that works while they are scored waits as little as possible.
   */
  static Map<String, List<TokenRow>> pairs(EvaluationPlan evaluation, TrainingData data) {
    Map<String, List<TokenRow>> pairs = new LinkedHashMap<>();
    int[] fileOrder = IntStream.range(0, data.validation().size()).toArray();
    EvaluationTimes times = EvaluationTimes.of(evaluation.every(), data.layout());
    for (int step = 0; step < data.layout().stepsPerEpoch(); step++) {
      if (step == 0 ? evaluation.evaluateFirst() : times.isDueAfter(step)) {
        add(data.validation(), fileOrder, pairs);
      }
      add(data.train(), data.stepRows().of(step), pairs);
    }
    add(data.validation(), fileOrder, pairs);
    return pairs;
  }

  private static void add(RowSet rows, int[] order, Map<String, List<TokenRow>> pairs) {
    for (int row : order) {
      List<TokenRow> pair = rows.sequencesOf(row);
      pairs.putIfAbsent(digest(pair.get(0), pair.get(1)), pair);
    }
  }

  /** SHA-256 of a pair's tokens and of what is learned of them. */
  static String digest(TokenRow chosen, TokenRow rejected) {
    Sha256 digest = new Sha256();
    for (TokenRow sequence : List.of(chosen, rejected)) {
      ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + sequence.length()));
      bytes.putInt(sequence.length());
      bytes.asIntBuffer().put(sequence.tokens());
      digest.add(bytes.array()).add(sequence.trained().toString());
    }
    return digest.hex();
  }

  private static void addModel(Sha256 key, Path folder, KnownDigests known) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> read =
          files
              .filter(file -> file.toString().endsWith(".safetensors") || isConfig(file))
              .sorted()
              .toList();
      for (Path file : read) {
        key.add(file.getFileName().toString()).add(known.of(file));
      }
    } catch (IOException e) {
      throw StorageException.reading(folder.toString(), e);
    }
  }

  private static boolean isConfig(Path file) {
    String name = file.getFileName().toString();
    return name.equals("config.json") || name.equals("adapter_config.json");
  }
}
