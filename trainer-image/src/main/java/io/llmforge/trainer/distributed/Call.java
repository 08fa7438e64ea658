package io.llmforge.trainer.distributed;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A rank at a collective.
 *
 * @param operation what it wants
 * @param sequence number of the collective, from 0
 * @param bytes size of the sum; exchanges may differ in size and say 0
 * @param payload what it brings to an exchange
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; the array is the data
record Call(Operation operation, long sequence, int bytes, byte[] payload) {

  private static final int HEADER_BYTES = 1 + Long.BYTES + Integer.BYTES;

  /** What ranks do together. */
  enum Operation {
    EXCHANGE('x'),
    SUM('s');

    private final byte code;

    Operation(char code) {
      this.code = (byte) code;
    }

    static Operation of(byte code) {
      return Arrays.stream(values())
          .filter(operation -> operation.code == code)
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no operation has code " + code));
    }
  }

  /** Whether both ranks want the same. */
  boolean fits(Call other) {
    return operation == other.operation && sequence == other.sequence && bytes == other.bytes;
  }

  String text() {
    return "%s number %d of %d bytes"
        .formatted(operation.name().toLowerCase(Locale.ROOT), sequence, bytes);
  }

  Frame frame() {
    var body = ByteBuffer.allocate(HEADER_BYTES + payload.length);
    body.put(operation.code).putLong(sequence).putInt(bytes).put(payload);
    return new Frame(Frame.Kind.CALL, body.array());
  }

  static Call of(Frame frame) {
    var body = ByteBuffer.wrap(frame.body());
    var operation = Operation.of(body.get());
    long sequence = body.getLong();
    int bytes = body.getInt();
    byte[] payload = new byte[body.remaining()];
    body.get(payload);
    return new Call(operation, sequence, bytes, payload);
  }

  /** What all ranks brought, as one message. */
  static Frame result(List<byte[]> payloads) {
    int size = payloads.stream().mapToInt(one -> Integer.BYTES + one.length).sum();
    var body = ByteBuffer.allocate(Integer.BYTES + size).putInt(payloads.size());
    payloads.forEach(one -> body.putInt(one.length).put(one));
    return new Frame(Frame.Kind.RESULT, body.array());
  }

  static List<byte[]> payloads(Frame result) {
    var body = ByteBuffer.wrap(result.body());
    var payloads = new byte[body.getInt()][];
    for (int rank = 0; rank < payloads.length; rank++) {
      payloads[rank] = new byte[body.getInt()];
      body.get(payloads[rank]);
    }
    return List.of(payloads);
  }
}
