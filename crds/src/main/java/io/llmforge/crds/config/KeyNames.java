package io.llmforge.crds.config;

import static java.util.Map.entry;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Names under which keys were or are written: old spellings, other tools' words, typing errors. */
final class KeyNames {

  /** Old spellings that LLMForge itself once took, by full path. */
  private static final Map<String, String> FORMER =
      Map.of(
          "min_num_update_steps", "min_update_steps",
          "checkpoint_and_evaluation_frequency.strategy", "unit",
          "checkpoint_and_evaluation_frequency.value", "frequency",
          "preference_tuning_config.logprob_processor_scaling_config.worker_resources",
              "custom_resources");

  /** What other tools call the same thing. */
  private static final Map<String, String> ELSEWHERE =
      Map.ofEntries(
          entry("alpha", "lora_alpha"),
          entry("base_model", "model_id"),
          entry("batch_size", "train_batch_size_per_device"),
          entry("dropout", "lora_dropout"),
          entry("epochs", "num_epochs"),
          entry("lora_r", "r"),
          entry("lr", "learning_rate"),
          entry("max_seq_length", "context_length"),
          entry("model", "model_id"),
          entry("model_name_or_path", "model_id"),
          entry("num_gpus", "num_devices"),
          entry("num_train_epochs", "num_epochs"),
          entry("per_device_train_batch_size", "train_batch_size_per_device"),
          entry("rank", "r"),
          entry("train_file", "train_path"),
          entry("validation_path", "valid_path"),
          entry("warmup_steps", "num_warmup_steps"));

  /**
   * A known key that an unknown one resembles.
   *
   * @param name the known key
   * @param isLikely whether it was surely meant, so that going on without it would be wrong
   */
  record Guess(String name, boolean isLikely) {}

  private KeyNames() {}

  /** Paths of old spellings, and the present names of their last parts. */
  static Map<String, String> former() {
    return FORMER;
  }

  /** The present name of a key that had another. */
  static Optional<String> ofFormer(String path) {
    return Optional.ofNullable(FORMER.get(path));
  }

  static Optional<Guess> guess(String unknown, Collection<String> known) {
    var name = snakeCase(unknown);
    var meant = known.contains(name) ? name : ELSEWHERE.getOrDefault(name, "");
    if (known.contains(meant)) {
      return Optional.of(new Guess(meant, true));
    }
    return Spelling.nearest(name, known)
        .map(nearest -> new Guess(nearest, isLikely(name, Spelling.distance(name, nearest))));
  }

  private static boolean isLikely(String name, int distance) {
    return distance <= 2 || distance * 4 <= name.length();
  }

  private static String snakeCase(String name) {
    return name.strip()
        .replace('-', '_')
        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }
}
