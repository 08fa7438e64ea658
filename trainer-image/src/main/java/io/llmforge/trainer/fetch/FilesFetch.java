package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Fetches files of an inventory into a folder, or goes on where another process was interrupted.
 *
 * @param room what to do when the volume is too small
 */
record FilesFetch(RemoteStore store, Inventory inventory, FetchControl control, String room) {

  /**
   * Returns when all of them are there and on disk.
   *
   * @throws RemoteStore.ChangedException when the remote content has changed
   */
  void into(Path folder, List<Inventory.Entry> entries) throws IOException {
    Files.createDirectories(folder);
    requireRoom(folder, entries);
    var files = new FileFetch(store, inventory, control);
    for (Inventory.Entry entry : entries) {
      files.into(folder, entry);
      control.console().line("[fetch] %s: %s".formatted(inventory.location(), entry.name()));
    }
    Durable.syncTree(folder);
  }

  private void requireRoom(Path folder, List<Inventory.Entry> entries) throws IOException {
    long needed = 0;
    for (Inventory.Entry entry : entries) {
      needed += Math.max(0, entry.bytes());
      for (String name : new String[] {entry.name(), entry.name() + ".partial"}) {
        Path file = folder.resolve(name);
        needed -= Files.exists(file) ? Files.size(file) : 0;
      }
    }
    long free = Files.getFileStore(folder).getUsableSpace();
    if (needed > free) {
      throw new StorageException.CannotWrite(
          "%s needs %,d more bytes and its volume has %,d; %s"
              .formatted(inventory.location(), needed, free, room),
          null);
    }
  }
}
