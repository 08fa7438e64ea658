package io.llmforge.trainer.distributed;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.Consumer;

/**
 * Sums around a ring (Patarasuk and Yuan 2009): n ranks cut the buffer into n segments; in n - 1
 * rounds each segment travels once around and is added to, in n - 1 more its sum does. Each rank
 * sends and receives 2 (n - 1) / n of the buffer, whatever n is.
 *
 * <p>Segment s is added up in the order of ranks s, s + 1, ..., so sums are the same bits on every
 * rank and in every run of n ranks.
 */
final class Ring implements AutoCloseable {

  /** Small enough to be added while the next is under way. */
  static final int CHUNK_BYTES = 1 << 18;

  private final int rank;
  private final int size;
  private final Socket next;
  private final Socket previous;
  private final GroupFate fate;
  private final RingSender sender;
  private final byte[] received = new byte[CHUNK_BYTES];
  private final float[] theirs = new float[CHUNK_BYTES / Float.BYTES];
  private final float[] mine = new float[CHUNK_BYTES / Float.BYTES];

  /** A ring whose greetings are over. */
  Ring(Membership me, Socket next, Socket previous, GroupFate fate, GroupTimes times)
      throws IOException {
    this.rank = me.rank();
    this.size = me.size();
    this.next = next;
    this.previous = previous;
    this.fate = fate;
    previous.setSoTimeout(times.silenceMillis());
    next.setTcpNoDelay(true);
    this.sender = new RingSender(next, (rank + 1) % size, fate);
    fate.whenLost(trouble -> closeSockets());
  }

  /** What happens to a part of the buffer when the previous rank's arrives, in {@link #theirs}. */
  private interface Merge {
    void into(FloatBuffer part);
  }

  /** Replaces little-endian float32 elements by their sums over all ranks. */
  void sum(ByteBuffer elements) {
    try {
      sender.send(segment(elements, rank));
      for (int round = 1; round < size; round++) {
        receive(segment(elements, rank - round), this::add, sender::send);
      }
      for (int round = 0; round < size - 2; round++) {
        receive(segment(elements, rank - round), this::replace, sender::send);
      }
      receive(segment(elements, rank + 2), this::replace, last -> {});
      sender.finish();
    } catch (SocketTimeoutException e) {
      throw lost("it sent nothing in the middle of a sum", e);
    } catch (IOException e) {
      throw lost("its part of a sum did not come (%s)".formatted(e.getMessage()), e);
    }
  }

  private ByteBuffer segment(ByteBuffer elements, int number) {
    int segment = Math.floorMod(number, size);
    long count = elements.limit() / Float.BYTES;
    int first = (int) (count * segment / size) * Float.BYTES;
    int end = (int) (count * (segment + 1) / size) * Float.BYTES;
    return elements.slice(first, end - first);
  }

  private void receive(ByteBuffer segment, Merge merge, Consumer<ByteBuffer> after)
      throws IOException {
    for (int first = 0; first < segment.limit(); first += CHUNK_BYTES) {
      int length = Math.min(CHUNK_BYTES, segment.limit() - first);
      readFully(length);
      ByteBuffer.wrap(received, 0, length)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(theirs, 0, length / Float.BYTES);
      ByteBuffer part = segment.slice(first, length).order(ByteOrder.LITTLE_ENDIAN);
      merge.into(part.asFloatBuffer());
      after.accept(part);
    }
  }

  private void readFully(int length) throws IOException {
    InputStream in = previous.getInputStream();
    if (in.readNBytes(received, 0, length) < length) {
      throw new IOException("its connection ended");
    }
  }

  private void add(FloatBuffer part) {
    int count = part.remaining();
    part.get(0, mine, 0, count);
    for (int i = 0; i < count; i++) {
      mine[i] = theirs[i] + mine[i];
    }
    part.put(0, mine, 0, count);
  }

  private void replace(FloatBuffer part) {
    part.put(0, theirs, 0, part.remaining());
  }

  private CommunicationException lost(String how, IOException cause) {
    CommunicationException failure =
        fate.failure("rank %d is lost: %s".formatted(Math.floorMod(rank - 1, size), how));
    failure.initCause(cause);
    return failure;
  }

  @Override
  public void close() {
    sender.close();
    closeSockets();
  }

  private void closeSockets() {
    for (Socket socket : new Socket[] {next, previous}) {
      try {
        socket.close();
      } catch (IOException ignored) {
        // It is gone either way.
      }
    }
  }
}
