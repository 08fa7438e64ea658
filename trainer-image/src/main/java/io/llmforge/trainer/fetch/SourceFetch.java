package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.FetchedSource;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Fetches one source into its folder, or goes on where another process was interrupted. */
final class SourceFetch {

  private static final String INVENTORY = "inventory.json";

  /** A source that changes again and again cannot be had at one revision. */
  private static final int MOST_CHANGES = 3;

  private final FetchedSource source;
  private final RemoteStore store;
  private final FetchControl control;
  private final ObjectMapper json = new ObjectMapper();

  SourceFetch(FetchedSource source, RemoteStore store, FetchControl control) {
    this.source = source;
    this.store = store;
    this.control = control;
  }

  /** Returns when the source is complete. */
  void run() {
    String what = source.location().text();
    try {
      Files.createDirectories(source.files());
    } catch (IOException e) {
      throw StorageException.writing(source.folder().toString(), e);
    }
    SourceLock lock = SourceLock.of(source.folder(), what, control);
    try {
      Optional<Manifest> complete = complete();
      if (complete.isPresent()) {
        say(complete.get(), "is there already");
        return;
      }
      say(fetch(), "fetched");
    } catch (IOException e) {
      throw StorageException.writing(source.folder().toString(), e);
    } finally {
      lock.close();
    }
  }

  private Optional<Manifest> complete() throws IOException {
    Optional<Manifest> manifest = read(source.manifest(), Manifest.class);
    return manifest.isPresent() && manifest.get().isMetBy(source.files())
        ? manifest
        : Optional.empty();
  }

  private Manifest fetch() throws IOException {
    Files.deleteIfExists(source.manifest());
    for (int changes = 0; changes < MOST_CHANGES; changes++) {
      Inventory inventory = inventory();
      try {
        return fetch(inventory);
      } catch (RemoteStore.ChangedException e) {
        control.console().warning("%s; it is fetched anew".formatted(e.getMessage()));
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

  private Manifest fetch(Inventory inventory) throws IOException {
    requireRoom(inventory);
    var files = new FileFetch(store, inventory, control);
    for (Inventory.Entry entry : inventory.files()) {
      files.into(source.files(), entry);
      control.console().line("[fetch] %s: %s".formatted(source.location().text(), entry.name()));
    }
    Durable.syncTree(source.files());
    Manifest manifest = Manifest.of(inventory, source.files());
    Durable.writeText(
        source.manifest(), json.writerWithDefaultPrettyPrinter().writeValueAsString(manifest));
    return manifest;
  }

  // What was looked at first is what is fetched, also by a process that goes on.
  private Inventory inventory() throws IOException {
    Path file = source.folder().resolve(INVENTORY);
    Optional<Inventory> begun = read(file, Inventory.class);
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

  private void requireRoom(Inventory inventory) throws IOException {
    long there = 0;
    for (Inventory.Entry entry : inventory.files()) {
      for (String name : new String[] {entry.name(), entry.name() + ".partial"}) {
        Path file = source.files().resolve(name);
        there += Files.exists(file) ? Files.size(file) : 0;
      }
    }
    long needed = inventory.bytes() - there;
    long free = Files.getFileStore(source.folder()).getUsableSpace();
    if (needed > free) {
      throw new StorageException.CannotWrite(
          "%s needs %,d more bytes and the workspace has %,d; raise spec.storage.workspace.size"
              .formatted(inventory.location(), needed, free),
          null);
    }
  }

  private <T> Optional<T> read(Path file, Class<T> type) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(json.readValue(Files.readString(file), type));
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
                    manifest.location(),
                    revision,
                    what,
                    manifest.files().size(),
                    manifest.bytes()));
  }
}
