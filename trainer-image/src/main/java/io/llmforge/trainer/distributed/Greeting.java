package io.llmforge.trainer.distributed;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/**
 * The first words on a connection. Both sides say who they are with a fresh number, and prove with
 * a code over all that was said that they know the group's key; only then do they compare what they
 * are.
 *
 * @param key what members know
 * @param me who this process is
 * @param purpose what the connection is for
 * @param listening where this process listens for its neighbour in the ring
 */
record Greeting(GroupKey key, Membership me, Purpose purpose, Membership.Meeting listening) {

  private static final int MAGIC = 0x4C46_4752; // "LFGR"
  private static final int NONCE_BYTES = 16;
  private static final int MOST_BYTES = 4096;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String CALLER = "caller";
  private static final String CALLED = "called";

  /** What a connection is for. */
  enum Purpose {
    CONTROL('c'),
    RING('r');

    private final byte code;

    Purpose(char code) {
      this.code = (byte) code;
    }
  }

  /** Whoever it is does not know the key, or says something else: no member. */
  static final class StrangerException extends IOException {
    private static final long serialVersionUID = 1L;

    StrangerException(String message) {
      super(message);
    }
  }

  /**
   * The other side, proven.
   *
   * @param member who it is
   * @param listening where it says that it listens for its neighbour in the ring
   */
  record Peer(Membership member, Membership.Meeting listening) {}

  /** As the side that connected. */
  Peer call(Socket socket) throws IOException {
    byte[] mine = introduction();
    write(socket, mine);
    byte[] theirs = read(socket);
    byte[] said = joined(mine, theirs);
    requireCode(readExactly(socket, GroupKey.CODE_BYTES), CALLED, said);
    socket.getOutputStream().write(key.code(CALLER, said));
    return peer(theirs);
  }

  /** As the side that was connected to. */
  Peer answer(Socket socket) throws IOException {
    byte[] theirs = read(socket);
    byte[] mine = introduction();
    byte[] said = joined(theirs, mine);
    write(socket, mine);
    socket.getOutputStream().write(key.code(CALLED, said));
    requireCode(readExactly(socket, GroupKey.CODE_BYTES), CALLER, said);
    return peer(theirs);
  }

  private byte[] introduction() throws IOException {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeInt(Membership.PROTOCOL);
      out.write(nonce);
      out.writeByte(purpose.code);
      out.writeInt(me.rank());
      out.writeInt(me.size());
      out.writeUTF(me.run());
      out.writeUTF(me.planDigest());
      out.writeUTF(listening.host());
      out.writeInt(listening.port());
    }
    return bytes.toByteArray();
  }

  private Peer peer(byte[] introduction) throws IOException {
    try (var in = new DataInputStream(new ByteArrayInputStream(introduction))) {
      in.skipNBytes(2L * Integer.BYTES + NONCE_BYTES);
      byte theirPurpose = in.readByte();
      int rank = in.readInt();
      int size = in.readInt();
      if (size < 1 || rank < 0 || rank >= size || theirPurpose != purpose.code) {
        throw new StrangerException(
            "it says it is rank %d of %d and wants connection %c, not %c"
                .formatted(rank, size, theirPurpose, purpose.code));
      }
      Membership member = new Membership(rank, size, in.readUTF(), in.readUTF());
      List<String> differences = me.differencesTo(member);
      if (!differences.isEmpty()) {
        throw new CommunicationException(
            "ranks that do not belong together: %s; all of them must be started from one plan"
                .formatted(String.join("; ", differences)));
      }
      return new Peer(member, new Membership.Meeting(in.readUTF(), in.readInt()));
    }
  }

  private void requireCode(byte[] code, String role, byte[] said) throws IOException {
    if (!key.isCode(code, role, said)) {
      throw new StrangerException("it does not know the key of the group of " + me.run());
    }
  }

  private static void write(Socket socket, byte[] introduction) throws IOException {
    var out = new DataOutputStream(socket.getOutputStream());
    out.writeShort(introduction.length);
    out.write(introduction);
  }

  private static byte[] read(Socket socket) throws IOException {
    var in = new DataInputStream(socket.getInputStream());
    int length = in.readUnsignedShort();
    if (length < 2 * Integer.BYTES + NONCE_BYTES || length > MOST_BYTES) {
      throw new StrangerException("it does not speak as a trainer does");
    }
    byte[] introduction = readExactly(socket, length);
    var head = ByteBuffer.wrap(introduction);
    if (head.getInt() != MAGIC) {
      throw new StrangerException("it does not speak as a trainer does");
    }
    int protocol = head.getInt();
    if (protocol != Membership.PROTOCOL) {
      throw new CommunicationException(
          "the other rank speaks protocol %d, this one %d; all of them must run one image"
              .formatted(protocol, Membership.PROTOCOL));
    }
    return introduction;
  }

  private static byte[] readExactly(Socket socket, int length) throws IOException {
    byte[] bytes = socket.getInputStream().readNBytes(length);
    if (bytes.length < length) {
      throw new StrangerException("it hung up in the middle of the greeting");
    }
    return bytes;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
