package io.llmforge.trainer.fetch;

import java.io.IOException;
import java.io.InputStream;

/**
 * One remote location, on whatever serves it. An {@link IOException} means that another try may
 * help; what no other try can help is a {@link io.llmforge.trainer.storage.StorageException}.
 */
interface RemoteStore extends AutoCloseable {

  /** Looks at what is there now. */
  Inventory inventory() throws IOException;

  /**
   * Opens a file of an inventory.
   *
   * @param offset first byte wanted
   * @throws ChangedException when the server has other content by now
   */
  Body open(Inventory inventory, Inventory.Entry entry, long offset) throws IOException;

  @Override
  void close();

  /**
   * The rest of a file.
   *
   * @param bytes the rest
   * @param offset where it begins: the wanted offset, or 0 from a server that sends whole files
   *     only
   */
  record Body(InputStream bytes, long offset) {}

  /** The content is not the one that was looked at. */
  final class ChangedException extends IOException {
    private static final long serialVersionUID = 1L;

    ChangedException(String message) {
      super(message);
    }
  }
}
