package io.llmforge.trainer.fetch;

import io.llmforge.trainer.fetch.FolderUpload.Content;
import io.llmforge.trainer.storage.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.Part;

/**
 * An upload in parts, whose name the store gave is kept beside the folder until it is complete, so
 * that a later attempt goes on with it.
 *
 * @param id what the store calls it
 * @param note the file that keeps it
 * @param known parts that are there
 */
record UploadInParts(String id, Path note, List<Part> known) {

  UploadInParts {
    known = List.copyOf(known);
  }

  /** Asks the store, again when it may help. */
  @FunctionalInterface
  interface Asking {
    <T> T ask(String what, Tries.Work<T> work);
  }

  /**
   * Begins an upload or goes on with one.
   *
   * @param notes folder of the notes, outside of what is uploaded
   */
  static UploadInParts open(Path notes, Content content, UploadTarget target, Asking asking)
      throws IOException {
    Path note = notes.resolve(".upload-" + content.sha256());
    if (Files.exists(note)) {
      String id = Files.readString(note);
      Optional<List<Part>> parts =
          asking.ask("looking at parts in", () -> target.parts(content.path(), id));
      if (parts.isPresent()) {
        return new UploadInParts(id, note, parts.get());
      }
    }
    String id = asking.ask("writing to", () -> target.beginParts(content.path(), content.sha256()));
    Durable.writeText(note, id);
    return new UploadInParts(id, note, List.of());
  }

  Optional<Part> part(int number) {
    return known.stream().filter(part -> part.partNumber() == number).findFirst();
  }

  void forget() throws IOException {
    Files.deleteIfExists(note);
  }
}
