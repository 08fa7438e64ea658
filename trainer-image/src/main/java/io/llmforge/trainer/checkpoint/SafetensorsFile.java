package io.llmforge.trainer.checkpoint;

import io.llmforge.trainer.torch.NamedTensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file, open for reading: eight bytes with the length of a JSON header, the header,
 * the data. Elements are read in pieces and widened to float32. Not mapped: a mapping counts as
 * this process's memory until Java collects it, and a model is as large. Belongs to one thread.
 */
public final class SafetensorsFile implements AutoCloseable {

  /** What other readers accept at most. */
  private static final long MAXIMUM_HEADER_BYTES = 100_000_000;

  private static final int PIECE_BYTES = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataStart;
  private final ByteBuffer piece =
      ByteBuffer.allocateDirect(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private SafetensorsFile(
      Path file, FileChannel channel, SafetensorsHeader header, long dataStart) {
    this.file = file;
    this.channel = channel;
    this.header = header;
    this.dataStart = dataStart;
  }

  public static SafetensorsFile open(Path file) {
    try {
      var channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return open(file, channel);
      } catch (IOException | RuntimeException failure) {
        channel.close();
        throw failure;
      }
    } catch (NoSuchFileException missing) {
      throw new TensorFileException(file, "does not exist");
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read " + file, failure);
    }
  }

  private static SafetensorsFile open(Path file, FileChannel channel) throws IOException {
    var size = channel.size();
    if (size < Long.BYTES) {
      throw new TensorFileException(file, "is too short for a safetensors file");
    }
    var headerBytes = read(channel, 0, Long.BYTES).getLong();
    if (headerBytes < 0 || headerBytes > MAXIMUM_HEADER_BYTES) {
      throw new TensorFileException(
          file, "is not a safetensors file: it claims a header of %d bytes".formatted(headerBytes));
    }
    var dataStart = Long.BYTES + headerBytes;
    if (dataStart > size) {
      throw new TensorFileException(file, "is cut off inside its header");
    }
    var json = read(channel, Long.BYTES, (int) headerBytes).array();
    var header = SafetensorsHeader.parse(file, json, size - dataStart);
    return new SafetensorsFile(file, channel, header, dataStart);
  }

  /** All tensors; their elements can be read until this file is closed. */
  public List<NamedTensor> tensors() {
    return header.entries().values().stream().map(this::tensor).toList();
  }

  public Map<String, String> metadata() {
    return Map.copyOf(header.metadata());
  }

  List<ElementType> elementTypes() {
    return header.entries().values().stream().map(SafetensorsHeader.Entry::type).toList();
  }

  private NamedTensor tensor(SafetensorsHeader.Entry entry) {
    return new NamedTensor(
        entry.name(), entry.shape(), (first, destination) -> read(entry, first, destination));
  }

  private void read(SafetensorsHeader.Entry entry, long firstElement, FloatBuffer destination) {
    var type = entry.type();
    var begin = entry.begin() + firstElement * type.bytes();
    var length = (long) destination.remaining() * type.bytes();
    if (begin + length > entry.end()) {
      throw new IndexOutOfBoundsException("beyond the end of tensor " + entry.name());
    }
    try {
      for (var at = dataStart + begin; destination.hasRemaining(); at += piece.limit()) {
        var elements = Math.min(destination.remaining(), PIECE_BYTES / type.bytes());
        fill(channel, at, piece.clear().limit(elements * type.bytes()));
        var filled = destination.slice(destination.position(), elements);
        type.decodeAll(piece, filled);
        destination.position(destination.position() + elements);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read " + file, failure);
    }
  }

  private static ByteBuffer read(FileChannel channel, long begin, int length) throws IOException {
    var bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    fill(channel, begin, bytes);
    return bytes;
  }

  private static void fill(FileChannel channel, long begin, ByteBuffer destination)
      throws IOException {
    while (destination.hasRemaining()) {
      if (channel.read(destination, begin + destination.position()) < 0) {
        throw new EOFException("it became shorter while it was read");
      }
    }
    destination.flip();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot close " + file, failure);
    }
  }
}
