package io.llmforge.trainer.tracking;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * Events of TensorBoard as protocol buffers: {@code tensorflow.Event} and {@code
 * tensorflow.Summary} of TensorBoard's {@code event.proto} and {@code summary.proto}, with the
 * fields that scalars need.
 */
final class EventMessage {

  /** Kinds of fields, as the encoding of protocol buffers numbers them. */
  private static final int VARINT = 0;

  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private static final int EVENT_WALL_TIME = 1;
  private static final int EVENT_STEP = 2;
  private static final int EVENT_FILE_VERSION = 3;
  private static final int EVENT_SUMMARY = 5;
  private static final int SUMMARY_VALUE = 1;
  private static final int VALUE_TAG = 1;
  private static final int VALUE_SIMPLE = 2;

  /** What the first event of a file says. */
  private static final String FILE_VERSION = "brain.Event:2";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private EventMessage() {}

  /** The event that begins a file. */
  static byte[] fileVersion(Instant time) {
    var event = new EventMessage();
    event.putDouble(EVENT_WALL_TIME, seconds(time));
    event.putBytes(EVENT_FILE_VERSION, FILE_VERSION.getBytes(StandardCharsets.UTF_8));
    return event.bytes.toByteArray();
  }

  /** Scalars of a step, by tag; TensorBoard keeps them as float32. */
  static byte[] scalars(Instant time, long step, Map<String, Double> values) {
    var summary = new EventMessage();
    values.forEach(
        (tag, value) -> {
          var scalar = new EventMessage();
          scalar.putBytes(VALUE_TAG, tag.getBytes(StandardCharsets.UTF_8));
          scalar.putFloat(VALUE_SIMPLE, value.floatValue());
          summary.putBytes(SUMMARY_VALUE, scalar.bytes.toByteArray());
        });
    var event = new EventMessage();
    event.putDouble(EVENT_WALL_TIME, seconds(time));
    if (step != 0) { // What has its default is left out.
      event.putVarint(key(EVENT_STEP, VARINT));
      event.putVarint(step);
    }
    event.putBytes(EVENT_SUMMARY, summary.bytes.toByteArray());
    return event.bytes.toByteArray();
  }

  private static double seconds(Instant time) {
    return time.getEpochSecond() + time.getNano() / 1e9;
  }

  private void putDouble(int field, double value) {
    putVarint(key(field, FIXED64));
    bytes.writeBytes(little(Double.BYTES).putDouble(value).array());
  }

  private void putFloat(int field, float value) {
    putVarint(key(field, FIXED32));
    bytes.writeBytes(little(Float.BYTES).putFloat(value).array());
  }

  private void putBytes(int field, byte[] value) {
    putVarint(key(field, LENGTH_DELIMITED));
    putVarint(value.length);
    bytes.writeBytes(value);
  }

  /** Seven bits a byte, the lowest first; every byte but the last has its highest bit set. */
  private void putVarint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  private static long key(int field, int kind) {
    return ((long) field << 3) | kind;
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
