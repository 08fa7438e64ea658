package io.llmforge.trainer.distributed;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Sends parts of buffers to the next rank of the ring, in the order they are given, on a thread of
 * its own: every rank sends and receives at the same time.
 */
final class RingSender implements AutoCloseable {

  private final Socket socket;
  private final int peer;
  private final GroupFate fate;
  private final Thread thread;
  private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();

  /** Bytes that are final until they are sent; when they are, {@code sent} is told. */
  private record Part(ByteBuffer bytes, CountDownLatch sent) {}

  RingSender(Socket socket, int peer, GroupFate fate) {
    this.socket = socket;
    this.peer = peer;
    this.fate = fate;
    this.thread = Thread.ofPlatform().daemon().name("to-rank-" + peer).start(this::run);
  }

  void send(ByteBuffer bytes) {
    parts.add(new Part(bytes, new CountDownLatch(1)));
  }

  /** Waits until everything is sent. */
  void finish() {
    var last = new Part(ByteBuffer.allocate(0), new CountDownLatch(1));
    parts.add(last);
    try {
      last.sent().await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw fate.failure("sending to rank %d was interrupted".formatted(peer));
    }
    fate.require();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    byte[] chunk = new byte[Ring.CHUNK_BYTES];
    try (OutputStream out = socket.getOutputStream()) {
      while (true) {
        Part part = parts.take();
        send(part.bytes(), chunk, out);
        part.sent().countDown();
      }
    } catch (IOException e) {
      fate.lost("rank %d is lost: sums cannot be sent to it (%s)".formatted(peer, e.getMessage()));
      drain();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(ByteBuffer bytes, byte[] chunk, OutputStream out) throws IOException {
    while (bytes.hasRemaining()) {
      int length = Math.min(chunk.length, bytes.remaining());
      bytes.get(chunk, 0, length);
      out.write(chunk, 0, length);
    }
  }

  /** Nobody waits for what will never be sent. */
  private void drain() {
    try {
      while (true) {
        parts.take().sent().countDown();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
