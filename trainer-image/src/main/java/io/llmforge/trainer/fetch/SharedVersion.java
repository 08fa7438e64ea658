package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.FetchedSource;
import io.llmforge.trainer.storage.KnownDigests;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One version of a source in the folder that runs share: {@code sources/PLACE/VERSION}, named by
 * where it is and by what the server calls its contents. It is written beside and renamed, so it is
 * whole when it is there. Whatever lies there, a run asks the server first whether it may read it.
 *
 * @param cache folder that runs share
 * @param name relative path of the version in it
 * @param inventory what the version consists of
 * @param store where it comes from
 */
record SharedVersion(Path cache, String name, Inventory inventory, RemoteStore store) {

  private static final String ROOM =
      "enlarge the claim that spec.storage.cache names, or delete what no run needs from it";

  /** Nothing when runs share no folder, or the server names contents too loosely. */
  static Optional<SharedVersion> of(Optional<Path> cache, Inventory inventory, RemoteStore store) {
    Optional<String> place = store.keptAs(inventory);
    if (cache.isEmpty() || place.isEmpty()) {
      return Optional.empty();
    }
    String name =
        "%s/%s/%s"
            .formatted(
                FetchedSource.SOURCES,
                FetchedSource.name(place.get()),
                FetchedSource.name(inventory.digest()));
    return Optional.of(new SharedVersion(cache.get(), name, inventory, store));
  }

  /** What was found, or had to be fetched. */
  record Provided(Manifest manifest, boolean isFound) {}

  /**
   * Returns when the version is there and every file of it is as it was written.
   *
   * @throws RemoteStore.ChangedException when the remote content has changed
   */
  Provided provide(KnownDigests known, FetchControl control) throws IOException {
    String what = inventory.location();
    new Tries(control).run("asking whether %s may be read".formatted(what), this::ask, () -> 0);
    Files.createDirectories(Durable.parentOf(folder()));
    SourceLock lock = SourceLock.of(sibling("", ".lock"), what, control);
    try {
      Optional<Manifest> manifest = Manifest.read(FetchedSource.manifest(folder()));
      if (manifest.isEmpty()) {
        return new Provided(fetched(control), false);
      }
      List<Manifest.Content> damaged = manifest.get().damaged(files(), known);
      if (!damaged.isEmpty()) {
        repair(damaged, control);
      }
      return new Provided(manifest.get(), damaged.isEmpty());
    } finally {
      lock.close();
    }
  }

  private boolean ask() throws IOException {
    store.requireReadable(inventory);
    return true;
  }

  private Manifest fetched(FetchControl control) throws IOException {
    // A version whose manifest cannot be read is none.
    Durable.deleteTree(folder());
    Path staged = sibling(".", ".partial");
    fetch(staged, inventory.files(), control);
    // Addresses of web servers may be signed in their queries, and others read this.
    String shown = inventory.location().replaceFirst("^(https?:[^?#]*)[?#].*", "$1");
    Manifest manifest =
        Manifest.of(
            new Inventory(shown, inventory.revision(), inventory.files()),
            FetchedSource.files(staged));
    manifest.write(FetchedSource.manifest(staged));
    Durable.syncTree(staged);
    Files.move(staged, folder(), StandardCopyOption.ATOMIC_MOVE);
    return manifest;
  }

  // Runs may read the folder at this moment: they see a file as it was or as it should be.
  private void repair(List<Manifest.Content> damaged, FetchControl control) throws IOException {
    Path staged = sibling(".", ".partial");
    List<Inventory.Entry> entries = new ArrayList<>();
    for (Manifest.Content content : damaged) {
      control
          .console()
          .warning(
              "%s of %s is damaged in the folder that runs share; it is fetched anew"
                  .formatted(content.name(), inventory.location()));
      inventory.files().stream()
          .filter(entry -> entry.name().equals(content.name()))
          .forEach(entries::add);
    }
    fetch(staged, entries, control);
    KnownDigests none = KnownDigests.in(staged);
    List<Manifest.Content> wrong =
        new Manifest(inventory.location(), inventory.revision(), damaged)
            .damaged(FetchedSource.files(staged), none);
    if (!wrong.isEmpty()) {
      Durable.deleteTree(staged);
      throw new StorageException.Unavailable(
          "%s: what the server sends for %s is not what it sent before, under the same name; delete %s, which is fetched anew then"
              .formatted(inventory.location(), wrong.getFirst().name(), folder()),
          null);
    }
    for (Manifest.Content content : damaged) {
      Files.move(
          FetchedSource.files(staged).resolve(content.name()),
          files().resolve(content.name()),
          StandardCopyOption.ATOMIC_MOVE);
    }
    Durable.deleteTree(staged);
    Durable.syncTree(files());
  }

  private void fetch(Path staged, List<Inventory.Entry> entries, FetchControl control)
      throws IOException {
    try {
      new FilesFetch(store, inventory, control, ROOM).into(FetchedSource.files(staged), entries);
    } catch (RemoteStore.ChangedException e) {
      // This version cannot be had any more, by nobody.
      Durable.deleteTree(staged);
      throw e;
    }
  }

  private Path folder() {
    return cache.resolve(name);
  }

  private Path files() {
    return FetchedSource.files(folder());
  }

  private Path sibling(String before, String after) {
    return folder().resolveSibling(before + folder().getFileName() + after);
  }
}
