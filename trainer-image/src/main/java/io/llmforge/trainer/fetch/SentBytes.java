package io.llmforge.trainer.fetch;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The body of a request, which says how much of it the network has taken. */
final class SentBytes {

  private final Supplier<InputStream> content;
  private final long length;
  private final AtomicLong taken = new AtomicLong();

  private SentBytes(Supplier<InputStream> content, long length) {
    this.content = content;
    this.length = length;
  }

  static SentBytes of(byte[] bytes) {
    return new SentBytes(() -> new ByteArrayInputStream(bytes), bytes.length);
  }

  static SentBytes of(FilePart part) {
    return new SentBytes(part::open, part.length());
  }

  long taken() {
    return taken.get();
  }

  /** Its length is told first: object stores take no body of unknown length. */
  BodyPublisher publisher() {
    return length == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(
            BodyPublishers.ofInputStream(() -> new Counted(content.get(), taken)), length);
  }

  /** Counts what is read. */
  private static final class Counted extends FilterInputStream {
    private final AtomicLong taken;

    Counted(InputStream bytes, AtomicLong taken) {
      super(bytes);
      this.taken = taken;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = in.read(buffer, offset, length);
      taken.addAndGet(Math.max(0, read));
      return read;
    }
  }
}
