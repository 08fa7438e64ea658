package io.llmforge.trainer.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The files of a row cache while it is made.
 *
 * @param folder where they lie
 */
public record RowFiles(Path folder) {

  /** Whose rows. */
  public enum Part {
    TRAIN("train"),
    VALIDATION("valid");

    private final String fileName;

    Part(String fileName) {
      this.fileName = fileName;
    }

    String fileName() {
      return fileName;
    }
  }

  /** Reads a data file and hands over its sequences, those of one row one after the other. */
  @FunctionalInterface
  public interface Source {
    void forEach(Consumer<TokenRow> sequences) throws IOException;
  }

  /**
   * Stores the sequences of one file, uncut, and gives them back as they lie on disk.
   *
   * @param sequencesPerRow how many consecutive ones make a row
   */
  public RowSet store(Part part, int sequencesPerRow, Source source) throws IOException {
    try (SequenceWriter writer = new SequenceWriter(folder, part.fileName())) {
      source.forEach(
          row -> {
            try {
              writer.add(row);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    return new RowSet(StoredSequences.open(folder, part.fileName()).rows(), sequencesPerRow, 0);
  }
}
