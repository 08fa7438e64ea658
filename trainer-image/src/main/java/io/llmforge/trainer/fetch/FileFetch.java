package io.llmforge.trainer.fetch;

import io.llmforge.trainer.fetch.Inventory.Entry;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Fetches one file: into {@code NAME.partial}, which an interrupted download goes on with, and
 * under its name once size and digest are right.
 */
final class FileFetch {

  private static final int BUFFER_BYTES = 1 << 20;

  private final RemoteStore store;
  private final Inventory inventory;
  private final FetchControl control;
  private final int mostWrong;
  private final Tries tries;
  private int wrong;

  /** A file came whole, with another digest, as often as is allowed. */
  static final class WrongContentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;

    WrongContentException(String file, IOException last) {
      super("%s: %s".formatted(file, last.getMessage()), last);
      this.file = file;
    }

    String file() {
      return file;
    }
  }

  /** Tries a wrong digest again as it does all that fails. */
  FileFetch(RemoteStore store, Inventory inventory, FetchControl control) {
    this(store, inventory, control, Integer.MAX_VALUE);
  }

  /**
   * Gives a file up that is wrong too often.
   *
   * @param mostWrong with how many downloads of another digest it does so
   */
  FileFetch(RemoteStore store, Inventory inventory, FetchControl control, int mostWrong) {
    this.store = store;
    this.inventory = inventory;
    this.control = control;
    this.mostWrong = mostWrong;
    this.tries = new Tries(control);
  }

  /**
   * Fetches a file into a folder; one that is there already was checked when it got its name.
   *
   * @throws RemoteStore.ChangedException when the remote content has changed
   * @throws WrongContentException when it is given up
   */
  void into(Path folder, Entry entry) throws RemoteStore.ChangedException {
    Path target = folder.resolve(entry.name());
    if (Files.exists(target)) {
      return;
    }
    Path partial = folder.resolve(entry.name() + ".partial");
    String what = "fetching %s of %s".formatted(entry.name(), inventory.location());
    wrong = 0;
    tries.run(what, () -> fetch(entry, partial), () -> size(partial));
    try {
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw StorageException.writing(target.toString(), e);
    }
  }

  private boolean fetch(Entry entry, Path partial) throws IOException {
    long offset = size(partial);
    if (offset == 0 || offset != entry.bytes()) {
      RemoteStore.Body body = store.open(inventory, entry, offset);
      try (InputStream bytes = body.bytes()) {
        copy(bytes, body.offset(), entry, partial);
      }
    }
    check(entry, partial);
    return true;
  }

  private void copy(InputStream bytes, long offset, Entry entry, Path partial) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (FileChannel file = open(partial, offset)) {
      long size = offset;
      for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
        control.requireGoOn();
        size += read;
        if (entry.bytes() >= 0 && size > entry.bytes()) {
          discard(partial);
          throw new IOException("more bytes arrive than the %d announced".formatted(entry.bytes()));
        }
        write(file, ByteBuffer.wrap(buffer, 0, read), partial);
      }
      sync(file, partial);
    }
  }

  // A short file is gone on with; one of the right size and other content is of no use.
  private void check(Entry entry, Path partial) throws IOException {
    long size = size(partial);
    if (entry.bytes() >= 0 && size != entry.bytes()) {
      throw new IOException(
          "the connection ended after %d of %d bytes".formatted(size, entry.bytes()));
    }
    boolean right;
    try {
      right = entry.checksum().isOf(partial);
    } catch (IOException e) {
      throw StorageException.reading(partial.toString(), e);
    }
    if (!right) {
      discard(partial);
      var failure =
          new IOException(
              "what arrived has not the %s digest %s that the server names"
                  .formatted(entry.checksum().kind(), entry.checksum().hex()));
      if (++wrong >= mostWrong) {
        throw new WrongContentException(inventory.location() + "/" + entry.name(), failure);
      }
      throw failure;
    }
  }

  private static FileChannel open(Path partial, long offset) {
    try {
      FileChannel file =
          FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      file.truncate(offset).position(offset);
      return file;
    } catch (IOException e) {
      throw StorageException.writing(partial.toString(), e);
    }
  }

  private static void write(FileChannel file, ByteBuffer bytes, Path partial) {
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException e) {
      throw StorageException.writing(partial.toString(), e);
    }
  }

  private static void sync(FileChannel file, Path partial) {
    try {
      file.force(true);
    } catch (IOException e) {
      throw StorageException.writing(partial.toString(), e);
    }
  }

  private static void discard(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      throw StorageException.writing(partial.toString(), e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw StorageException.reading(file.toString(), e);
    }
  }
}
