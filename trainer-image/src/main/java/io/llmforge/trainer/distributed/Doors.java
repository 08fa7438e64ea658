package io.llmforge.trainer.distributed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Opens connections and greets whoever is at the other end, until a deadline.
 *
 * @param own address that this process listens on
 * @param names finds addresses
 * @param isStopped asked while it waits: whether it should not wait any more
 * @param log is told of strangers, and of tries that fail
 */
public record Doors(
    InetAddress own, HostNames names, BooleanSupplier isStopped, Consumer<String> log) {

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
  private static final int CONNECT_MILLIS = 3000;
  private static final int GREETING_MILLIS = 5000;

  /** Whoever waits was asked to stop. */
  static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * An open connection.
   *
   * @param peer who is at the other end
   */
  record Opened(Socket socket, Greeting.Peer peer) {
    int rank() {
      return peer.member().rank();
    }

    /** Where the other end listens for its neighbour in the ring. */
    Membership.Meeting listening() {
      return peer.listening();
    }

    void close() {
      try {
        socket.close();
      } catch (IOException ignored) {
        // It is gone either way.
      }
    }
  }

  /** How long to wait, by the clock that never jumps. */
  static long deadline(Duration duration) {
    return System.nanoTime() + duration.toNanos();
  }

  /** Where others find a door: at the address that the pod says is its own. */
  Membership.Meeting place(ServerSocket door) {
    return new Membership.Meeting(own.getHostAddress(), door.getLocalPort());
  }

  ServerSocket listen(int port) throws IOException {
    var listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(own, port));
    return listener;
  }

  /** The next member that comes in before the deadline; strangers are sent away. */
  Optional<Opened> accept(ServerSocket listener, Greeting greeting, GroupFate fate, long deadline)
      throws IOException {
    listener.setSoTimeout((int) BETWEEN_TRIES.toMillis());
    while (System.nanoTime() - deadline < 0) {
      requireGoing(fate);
      try {
        Socket socket = listener.accept();
        Optional<Opened> opened = greeted(socket, greeting);
        if (opened.isPresent()) {
          return opened;
        }
      } catch (SocketTimeoutException nobody) {
        // Looks around and waits on.
      }
    }
    return Optional.empty();
  }

  private Optional<Opened> greeted(Socket socket, Greeting greeting) {
    try {
      socket.setSoTimeout(GREETING_MILLIS);
      return Optional.of(new Opened(socket, greeting.answer(socket)));
    } catch (IOException e) {
      log.accept(
          "[group] %s is not of this group and was sent away: %s"
              .formatted(socket.getRemoteSocketAddress(), e.getMessage()));
      close(socket);
      return Optional.empty();
    } catch (CommunicationException e) {
      close(socket);
      throw e;
    }
  }

  /**
   * Connects to a rank that may not be there yet.
   *
   * @throws CommunicationException when it is not there at the deadline
   */
  Opened connect(Membership.Meeting place, Greeting greeting, GroupFate fate, long deadline) {
    String before = "";
    while (true) {
      requireGoing(fate);
      Socket socket = new Socket();
      try {
        socket.connect(
            new InetSocketAddress(names.address(place.host()), place.port()), CONNECT_MILLIS);
        socket.setSoTimeout(GREETING_MILLIS);
        socket.setTcpNoDelay(true);
        return new Opened(socket, greeting.call(socket));
      } catch (IOException e) {
        close(socket);
        before = retried(place, e, before, deadline);
      } catch (CommunicationException e) {
        close(socket);
        throw e;
      }
    }
  }

  /** Says once what goes wrong, as long as it stays the same. */
  private String retried(
      Membership.Meeting place, IOException problem, String before, long deadline) {
    String text = "%s:%d: %s".formatted(place.host(), place.port(), problem);
    if (System.nanoTime() - deadline >= 0) {
      throw new CommunicationException(
          "nobody of the group answers at %s; look at the pod of that rank, and whether a network policy lets pods of one run talk"
              .formatted(text),
          problem);
    }
    if (!text.equals(before)) {
      log.accept("[group] waits for " + text);
    }
    LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
    return text;
  }

  private void requireGoing(GroupFate fate) {
    fate.require();
    if (isStopped.getAsBoolean()) {
      throw new StoppedException();
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException ignored) {
      // It is gone either way.
    }
  }
}
