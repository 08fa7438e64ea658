package io.llmforge.trainer.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.llmforge.trainer.checkpoint.Manifest;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.StagedFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a run as they lie in its workspace: made once, then mapped into memory, so that a
 * data set may be larger than the memory and the next attempt tokenises nothing. One folder, named
 * by everything the rows follow from, appears whole or not at all; one that was damaged later is
 * made anew.
 */
public final class RowCache {

  public static final String FOLDER = "rows";

  /** Part of every key: raised when rows come out differently from the same files. */
  public static final int FORMAT = 2;

  private static final String SUMMARY_FILE = "summary.json";
  private static final int KEY_CHARACTERS = 32;
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  /** Writes what the cache holds. */
  @FunctionalInterface
  public interface Content {
    RowSummary writeTo(RowFiles files) throws IOException;
  }

  private final Path parent;
  private final Path folder;

  /**
   * The cache of a key; nothing is read yet.
   *
   * @param parent folder of caches, of which one at a time is kept
   * @param key SHA-256 of everything the rows follow from
   */
  public RowCache(Path parent, String key) {
    this.parent = parent;
    this.folder = parent.resolve(key.substring(0, KEY_CHARACTERS));
  }

  /**
   * The rows of an earlier attempt, when they are there and undamaged.
   *
   * @param warnings is told when they are damaged
   */
  public Optional<PreparedRows> open(Consumer<String> warnings) throws IOException {
    new StagedFolder(folder).recover();
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    Optional<String> problem = Manifest.problem(folder);
    if (problem.isPresent()) {
      warnings.accept(
          "the row cache %s is damaged and made anew: it %s".formatted(folder, problem.get()));
      return Optional.empty();
    }
    return Optional.of(read());
  }

  /** Makes the cache, instead of any other that is there. */
  public PreparedRows write(Content content) throws IOException {
    deleteOthers();
    new StagedFolder(folder)
        .write(
            staging -> {
              RowSummary summary = content.writeTo(new RowFiles(staging));
              JSON.writeValue(staging.resolve(SUMMARY_FILE).toFile(), summary);
              Manifest.write(staging);
            });
    return read();
  }

  private PreparedRows read() throws IOException {
    RowSummary summary = JSON.readValue(folder.resolve(SUMMARY_FILE).toFile(), RowSummary.class);
    int contextLength = summary.contextLength();
    return new PreparedRows(
        summary,
        read(RowFiles.Part.TRAIN, summary.train(), contextLength),
        read(RowFiles.Part.VALIDATION, summary.validation(), contextLength));
  }

  private RowSet read(RowFiles.Part part, @Nullable FileSummary summary, int contextLength)
      throws IOException {
    return summary == null
        ? new RowSet(List.of(), 1, 0)
        : new RowSet(
                StoredSequences.open(folder, part.fileName()).rows(contextLength),
                summary.sequencesPerRow(),
                summary.truncated())
            .without(summary.dropped());
  }

  private void deleteOthers() throws IOException {
    if (!Files.isDirectory(parent)) {
      return;
    }
    try (Stream<Path> children = Files.list(parent)) {
      for (Path child : children.filter(path -> !path.equals(folder)).toList()) {
        Durable.deleteTree(child);
      }
    } catch (UncheckedIOException e) {
      throw new IOException(e);
    }
  }
}
