package io.llmforge.trainer.distributed;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The connection between rank 0 and another rank. A thread of its own reads it all the time, so
 * that a lost rank is noticed while this one computes.
 */
final class ControlLink implements AutoCloseable {

  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final Socket socket;
  private final int peer;
  private final GroupFate fate;
  private final GroupTimes times;
  private final DataOutputStream out;
  private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
  private final Thread reader;
  private volatile boolean isLeaving;

  /**
   * A link whose greeting is over.
   *
   * @param peer rank at the other end
   */
  ControlLink(Socket socket, int peer, GroupFate fate, GroupTimes times) throws IOException {
    this.socket = socket;
    this.peer = peer;
    this.fate = fate;
    this.times = times;
    this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    socket.setSoTimeout(times.silenceMillis());
    this.reader = Thread.ofPlatform().daemon().name("rank-" + peer).unstarted(this::read);
    fate.whenLost(this::tell);
    reader.start();
  }

  int peer() {
    return peer;
  }

  /** A frame that cannot be sent is the loss of the rank, unless one of us leaves. */
  void send(Frame frame) {
    try {
      synchronized (out) {
        frame.write(out);
      }
    } catch (IOException e) {
      if (!isLeaving) {
        lost("its connection broke (%s)".formatted(e.getMessage()));
      }
    }
  }

  /**
   * The next message.
   *
   * @param what is waited for, such as {@code sum number 3 of 16 bytes}
   */
  Frame await(String what, Duration longest) {
    Frame frame = poll(longest);
    fate.require();
    if (frame == null) {
      throw fate.failure(
          "rank %d lives and did not come to %s within %d s"
              .formatted(peer, what, longest.toSeconds()));
    }
    if (frame.kind() == Frame.Kind.LEAVE) {
      throw fate.failure("rank %d left the group before %s".formatted(peer, what));
    }
    return frame;
  }

  private Frame poll(Duration longest) {
    try {
      fate.require();
      return frames.poll(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw fate.failure("waiting for rank %d was interrupted".formatted(peer));
    }
  }

  private void read() {
    try {
      var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      while (true) {
        Frame frame = Frame.read(in);
        switch (frame.kind()) {
          case ALIVE -> {}
          case CALL, RESULT -> frames.add(frame);
          case ABORT -> fate.lost(new String(frame.body(), StandardCharsets.UTF_8));
          case LEAVE -> {
            isLeaving = true;
            frames.add(frame);
          }
        }
      }
    } catch (SocketTimeoutException e) {
      ended("it gave no sign of life for %d s".formatted(times.silence().toSeconds()));
    } catch (EOFException e) {
      ended("its connection ended");
    } catch (IOException e) {
      ended("its connection broke (%s)".formatted(e.getMessage()));
    }
  }

  private void ended(String how) {
    if (!isLeaving) {
      lost(how);
    }
  }

  private void lost(String how) {
    isLeaving = true;
    shut();
    fate.lost("rank %d is lost: %s".formatted(peer, how));
  }

  /** Passes the trouble on, and wakes whoever waits for this rank. */
  private void tell(String trouble) {
    if (!isLeaving) {
      isLeaving = true;
      send(new Frame(Frame.Kind.ABORT, trouble.getBytes(StandardCharsets.UTF_8)));
    }
    frames.add(Frame.of(Frame.Kind.LEAVE));
  }

  /** Says goodbye and lets the other side read it: closing at once could take it away. */
  @Override
  public void close() {
    isLeaving = true;
    send(Frame.of(Frame.Kind.LEAVE));
    try {
      socket.shutdownOutput();
      reader.join(FAREWELL);
    } catch (IOException ignored) {
      // The other side was faster.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    shut();
  }

  private void shut() {
    try {
      socket.close();
    } catch (IOException ignored) {
      // It is gone either way.
    }
  }
}
