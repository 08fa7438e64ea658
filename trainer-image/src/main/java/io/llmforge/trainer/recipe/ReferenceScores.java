package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective.ReferencePlan;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.checkpoint.ReferenceScore;
import io.llmforge.trainer.data.RowSet;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which pairs need a score of the starting model, and where that score is. */
final class ReferenceScores {

  /** Changes when the meaning of a score changes. */
  private static final String FORMAT = "llmforge.reference/2";

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
    addModel(key, start.folders().weights());
    start.folders().adapter().ifPresent(adapter -> addModel(key, adapter));
    return new ReferenceFolder(run.volumes().target(reference.folder()).resolve(key.hex()));
  }

  /** Every pair of both files once, by its digest, in the order of the files. */
  static Map<String, List<TokenRow>> pairs(TrainingData data) {
    Map<String, List<TokenRow>> pairs = new LinkedHashMap<>();
    for (RowSet rows : List.of(data.train(), data.validation())) {
      for (int row = 0; row < rows.size(); row++) {
        List<TokenRow> pair = rows.sequencesOf(row);
        pairs.putIfAbsent(digest(pair.get(0), pair.get(1)), pair);
      }
    }
    return pairs;
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

  /**
   * The scores of exactly these pairs.
   *
   * @throws ReferenceFolder.InvalidException when one is missing or belongs to another pair
   */
  static Map<String, ReferenceScore> of(ReferenceFolder folder, Collection<String> pairs) {
    try {
      Map<String, ReferenceScore> scores = folder.read();
      long missing = pairs.stream().filter(pair -> !scores.containsKey(pair)).count();
      long foreign = scores.keySet().stream().filter(pair -> !pairs.contains(pair)).count();
      if (missing > 0 || foreign > 0) {
        throw new ReferenceFolder.InvalidException(
            "the reference in %s lacks %d of %d pairs and holds %d that are not in the data; delete the folder and score again"
                .formatted(folder.path(), missing, pairs.size(), foreign));
      }
      return scores;
    } catch (IOException e) {
      throw StorageException.reading(folder.path().toString(), e);
    }
  }

  private static void addModel(Sha256 key, Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> read =
          files
              .filter(file -> file.toString().endsWith(".safetensors") || isConfig(file))
              .sorted()
              .toList();
      for (Path file : read) {
        key.add(file.getFileName().toString()).add(file);
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
