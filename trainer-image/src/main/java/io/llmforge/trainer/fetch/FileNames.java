package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.StorageException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** Which of the files that a server lists are fetched, and which names are refused. */
final class FileNames {

  /** What a model consists of. Formats that can hold code (pickles, scripts) are not among it. */
  private static final List<String> OF_MODELS =
      List.of(".safetensors", ".json", ".txt", ".model", ".jinja");

  static final String WEIGHTS = ".safetensors";

  /** Mistral's own layout, which repeats the weights beside those in Hugging Face layout. */
  private static final String CONSOLIDATED = "consolidated";

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final int LONGEST_NAME_BYTES = 200;

  private FileNames() {}

  /**
   * The files of a model among those below a repository or prefix: weights, configuration and
   * tokenizer lie directly in its folder.
   *
   * @param paths relative paths as the server lists them
   */
  static List<String> ofModel(List<String> paths) {
    paths.forEach(FileNames::requireInside);
    List<String> files =
        paths.stream()
            .filter(path -> path.indexOf('/') < 0 && !path.startsWith("."))
            .filter(path -> OF_MODELS.stream().anyMatch(path::endsWith))
            .distinct()
            .toList();
    boolean hasOtherWeights =
        files.stream().anyMatch(file -> file.endsWith(WEIGHTS) && !file.startsWith(CONSOLIDATED));
    return files.stream().filter(file -> !hasOtherWeights || !isConsolidatedWeight(file)).toList();
  }

  private static boolean isConsolidatedWeight(String file) {
    return file.startsWith(CONSOLIDATED) && file.contains(WEIGHTS);
  }

  /** A name for a file in a folder, or the server that sends it is not trusted. */
  static void requireSafe(String name) {
    requireInside(name);
    if (name.isEmpty() || name.indexOf('/') >= 0 || name.startsWith(".")) {
      throw hostile(name);
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES) {
      throw hostile(name.substring(0, 40) + "...");
    }
  }

  private static void requireInside(String path) {
    boolean climbs = List.of(path.split("/", -1)).contains("..");
    if (climbs || path.startsWith("/") || path.indexOf('\\') >= 0 || CONTROL.matcher(path).find()) {
      throw hostile(path);
    }
  }

  private static StorageException hostile(String path) {
    return new StorageException.AccessDenied(
        "the server lists a file '%s', which is no name for a file of a folder; nothing of it is fetched"
            .formatted(CONTROL.matcher(path).replaceAll("?")),
        null);
  }
}
