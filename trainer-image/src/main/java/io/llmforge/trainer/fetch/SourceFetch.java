package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.FetchedSource;
import io.llmforge.trainer.storage.KnownDigests;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Fetches one source for a run, or goes on where another process was interrupted: into the folder
 * that runs share when there is one, else into the run's workspace.
 */
final class SourceFetch {

  private static final String INVENTORY = "inventory.json";
  private static final String ROOM = "raise spec.storage.workspace.size";

  /** A source that changes again and again cannot be had at one revision. */
  private static final int MOST_CHANGES = 3;

  private final FetchedSource source;
  private final RemoteStore store;
  private final FetchControl control;
  private final KnownDigests known;
  private final ObjectMapper json = new ObjectMapper();

  SourceFetch(FetchedSource source, RemoteStore store, FetchControl control, KnownDigests known) {
    this.source = source;
    this.store = store;
    this.control = control;
    this.known = known;
  }

  /** Returns when the source is complete. */
  void run() {
    String what = source.location().text();
    try {
      Files.createDirectories(source.files());
    } catch (IOException e) {
      throw StorageException.writing(source.folder().toString(), e);
    }
    SourceLock lock = SourceLock.of(source.folder().resolve(".lock"), what, control);
    try {
      Optional<Manifest> complete = complete();
      if (complete.isPresent()) {
        say(complete.get(), "is there already");
        return;
      }
      fetch();
    } catch (IOException e) {
      throw StorageException.writing(source.folder().toString(), e);
    } finally {
      lock.close();
    }
  }

  private Optional<Manifest> complete() throws IOException {
    Optional<Manifest> manifest = Manifest.read(source.manifest());
    if (manifest.isPresent() && manifest.get().isMetBy(source.files())) {
      return manifest;
    }
    Optional<Path> version = source.version();
    if (version.isEmpty()) {
      return Optional.empty();
    }
    Optional<Manifest> shared = Manifest.read(FetchedSource.manifest(version.get()));
    return shared.isPresent()
            && shared.get().damaged(FetchedSource.files(version.get()), known).isEmpty()
        ? shared
        : Optional.empty();
  }

  private void fetch() throws IOException {
    Files.deleteIfExists(source.manifest());
    for (int changes = 0; changes < MOST_CHANGES; changes++) {
      Inventory inventory = inventory();
      try {
        provide(inventory);
        return;
      } catch (RemoteStore.ChangedException e) {
        control.console().warning("%s; it is fetched anew".formatted(e.getMessage()));
        Files.deleteIfExists(source.pin());
        Files.deleteIfExists(source.folder().resolve(INVENTORY));
        Durable.deleteTree(source.files());
        Files.createDirectories(source.files());
      }
    }
    throw new StorageException.Unavailable(
        "%s changed %d times while it was fetched; name something that stays as it is"
            .formatted(source.location().text(), MOST_CHANGES),
        null);
  }

  private void provide(Inventory inventory) throws IOException {
    Optional<SharedVersion> shared = SharedVersion.of(source.cache(), inventory, store);
    if (shared.isPresent()) {
      SharedVersion.Provided provided = shared.get().provide(known, control);
      Durable.writeText(source.pin(), shared.get().name());
      say(
          provided.manifest(),
          provided.isFound() ? "was fetched by another run" : "fetched for every run");
      return;
    }
    new FilesFetch(store, inventory, control, ROOM).into(source.files(), inventory.files());
    Manifest manifest = Manifest.of(inventory, source.files());
    manifest.write(source.manifest());
    say(manifest, "fetched");
  }

  // What was looked at first is what is fetched, also by a process that goes on.
  private Inventory inventory() throws IOException {
    Path file = source.folder().resolve(INVENTORY);
    Optional<Inventory> begun = begun(file);
    if (begun.isPresent()) {
      return begun.get();
    }
    String what = "asking for " + source.location().text();
    Inventory inventory = new Tries(control).run(what, store::inventory, () -> 0);
    Durable.deleteTree(source.files());
    Files.createDirectories(source.files());
    Durable.writeText(file, json.writeValueAsString(inventory));
    return inventory;
  }

  private Optional<Inventory> begun(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(json.readValue(Files.readString(file), Inventory.class));
    } catch (JsonProcessingException e) {
      // Of another version, or damaged: as if it were not there.
      return Optional.empty();
    }
  }

  private void say(Manifest manifest, String what) {
    String revision = manifest.revision().isEmpty() ? "" : " at " + manifest.revision();
    control
        .console()
        .line(
            "[fetch] %s%s %s: %d files, %,d bytes"
                .formatted(
                    source.location().text(),
                    revision,
                    what,
                    manifest.files().size(),
                    manifest.bytes()));
  }
}
