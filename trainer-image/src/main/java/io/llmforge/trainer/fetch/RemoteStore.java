package io.llmforge.trainer.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

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

  /**
   * Asks, with this run's own credentials, whether the bytes of an inventory may be read, without
   * reading them: that a place may be listed does not say so.
   */
  void requireReadable(Inventory inventory) throws IOException;

  /**
   * Server and place as one text, the revision left out, under which what an inventory names may be
   * kept for other runs; nothing when the server does not name contents so that equal names mean
   * equal bytes.
   */
  Optional<String> keptAs(Inventory inventory);

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
