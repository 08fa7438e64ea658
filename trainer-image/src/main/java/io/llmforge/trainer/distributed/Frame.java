package io.llmforge.trainer.distributed;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * One message on a control connection: its length, its kind, its body.
 *
 * @param kind what it is
 * @param body what it says
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; the array is the data
record Frame(Kind kind, byte[] body) {

  private static final byte[] NOTHING = {};

  /** What a message is. */
  enum Kind {
    /** A sign of life. */
    ALIVE('a'),
    /** A rank comes to a collective. */
    CALL('c'),
    /** What rank 0 collected from all. */
    RESULT('r'),
    /** The group cannot go on; the body says why. */
    ABORT('x'),
    /** The sender leaves in order. */
    LEAVE('l');

    private final byte code;

    Kind(char code) {
      this.code = (byte) code;
    }

    static Kind of(byte code) throws IOException {
      return Arrays.stream(values())
          .filter(kind -> kind.code == code)
          .findFirst()
          .orElseThrow(() -> new IOException("no message has code " + code));
    }
  }

  static Frame of(Kind kind) {
    return new Frame(kind, NOTHING);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeInt(body.length);
    out.writeByte(kind.code);
    out.write(body);
    out.flush();
  }

  static Frame read(DataInputStream in) throws IOException {
    int length = in.readInt();
    Kind kind = Kind.of(in.readByte());
    if (length < 0) {
      throw new IOException("a message of %d bytes".formatted(length));
    }
    byte[] body = new byte[length];
    in.readFully(body);
    return new Frame(kind, body);
  }
}
