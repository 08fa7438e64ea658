package io.llmforge.trainer.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes sequences, one after the other, into the four files that {@link StoredSequences} maps. */
final class SequenceWriter implements AutoCloseable {

  private final Output tokens;
  private final Output targets;
  private final Output offsets;
  private final Output lines;
  private long written;
  private int bits;

  SequenceWriter(Path folder, String name) throws IOException {
    this.tokens = new Output(folder.resolve(name + StoredSequences.TOKENS));
    this.targets = new Output(folder.resolve(name + StoredSequences.TARGETS));
    this.offsets = new Output(folder.resolve(name + StoredSequences.OFFSETS));
    this.lines = new Output(folder.resolve(name + StoredSequences.LINES));
    offsets.put(0L);
  }

  void add(TokenRow row) throws IOException {
    for (int position = 0; position < row.length(); position++) {
      tokens.put(row.tokens()[position]);
      addBit(row.trained().get(position));
    }
    offsets.put(written);
    lines.put(row.line());
  }

  private void addBit(boolean trained) throws IOException {
    bits |= trained ? 1 << (written % Byte.SIZE) : 0;
    written++;
    if (written % Byte.SIZE == 0) {
      targets.put((byte) bits);
      bits = 0;
    }
  }

  @Override
  public void close() throws IOException {
    if (written % Byte.SIZE != 0) {
      targets.put((byte) bits);
    }
    try (tokens;
        targets;
        offsets;
        lines) {
      tokens.flush();
      targets.flush();
      offsets.flush();
      lines.flush();
    }
  }

  /** Numbers, little-endian, in large writes. */
  private static final class Output implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final FileChannel channel;
    private final ByteBuffer buffer =
        ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    Output(Path file) throws IOException {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    void put(byte number) throws IOException {
      room(Byte.BYTES);
      buffer.put(number);
    }

    void put(int number) throws IOException {
      room(Integer.BYTES);
      buffer.putInt(number);
    }

    void put(long number) throws IOException {
      room(Long.BYTES);
      buffer.putLong(number);
    }

    void flush() throws IOException {
      buffer.flip();
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      buffer.clear();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }

    private void room(int bytes) throws IOException {
      if (buffer.remaining() < bytes) {
        flush();
      }
    }
  }
}
