package io.llmforge.trainer.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrainingPlan.ModelSource;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.storage.Volumes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Folders that a run starts from.
 *
 * @param base the model's folder: configuration, and the tokenizer as the model has it
 * @param weights folder of the weights, often the same
 * @param adapter adapter to go on from
 */
record ModelSourceFolders(Path base, Path weights, Optional<Path> adapter) {

  static ModelSourceFolders of(ModelSource source, Volumes volumes) {
    Path base = volumes.source(source.base());
    Path weights = source.baseWeights() == null ? base : volumes.source(source.baseWeights());
    Location adapter = source.adapter();
    return new ModelSourceFolders(
        base, weights, adapter == null ? Optional.empty() : Optional.of(volumes.source(adapter)));
  }

  /** Positions the model was made for, 0 when its configuration does not say. */
  int contextLength() {
    Path file = weights.resolve("config.json");
    try {
      JsonNode config = new ObjectMapper().readTree(Files.readString(file));
      return config.path("max_position_embeddings").asInt(0);
    } catch (JsonProcessingException e) {
      throw new PlanInvalidException(
          "%s is not JSON (%s); copy the model again".formatted(file, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw StorageException.reading(file.toString(), e);
    }
  }
}
