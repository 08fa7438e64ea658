package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.trainer.torch.NamedTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/** Writes safetensors files. A value that is not finite is refused; a failed file is removed. */
public final class SafetensorsWriter {

  private static final int CHUNK_ELEMENTS = 1 << 20;

  private SafetensorsWriter() {}

  /**
   * Writes a new file and forces it to disk.
   *
   * @param metadata notes for readers; {@code format: pt} is added, which loaders want
   */
  public static void write(
      Path file, List<NamedTensor> tensors, ElementType type, Map<String, String> metadata) {
    try {
      writeOrRemove(file, tensors, type, metadata);
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot write " + file, failure);
    }
  }

  private static void writeOrRemove(
      Path file, List<NamedTensor> tensors, ElementType type, Map<String, String> metadata)
      throws IOException {
    var complete = false;
    try (var channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      writeFully(channel, header(tensors, type, metadata));
      var bytes =
          ByteBuffer.allocateDirect(CHUNK_ELEMENTS * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      for (var tensor : tensors) {
        writeElements(file, channel, tensor, type, bytes);
      }
      channel.force(true);
      complete = true;
    } finally {
      if (!complete) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Padded with spaces, so that data begins at a multiple of eight. */
  private static ByteBuffer header(
      List<NamedTensor> tensors, ElementType type, Map<String, String> metadata)
      throws IOException {
    var mapper = new ObjectMapper();
    var header = mapper.createObjectNode();
    var notes = header.putObject("__metadata__");
    metadata.forEach(notes::put);
    notes.put("format", "pt");
    var begin = 0L;
    for (var tensor : tensors) {
      begin = describe(header, tensor, type, begin);
    }
    var json = mapper.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    var padded = Math.ceilDiv(json.length, Long.BYTES) * Long.BYTES;
    var buffer = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(padded).put(json);
    while (buffer.hasRemaining()) {
      buffer.put((byte) ' ');
    }
    return buffer.flip();
  }

  private static long describe(
      ObjectNode header, NamedTensor tensor, ElementType type, long begin) {
    var end = begin + tensor.elementCount() * type.bytes();
    var entry = header.putObject(tensor.name()).put("dtype", type.name());
    var shape = entry.putArray("shape");
    tensor.shape().forEach(shape::add);
    entry.putArray("data_offsets").add(begin).add(end);
    return end;
  }

  private static void writeElements(
      Path file, FileChannel channel, NamedTensor tensor, ElementType type, ByteBuffer bytes)
      throws IOException {
    var elements = new float[CHUNK_ELEMENTS];
    var count = tensor.elementCount();
    for (long first = 0; first < count; first += CHUNK_ELEMENTS) {
      var length = (int) Math.min(CHUNK_ELEMENTS, count - first);
      tensor.data().read(first, FloatBuffer.wrap(elements, 0, length));
      bytes.clear();
      for (var i = 0; i < length; i++) {
        requireFinite(file, tensor, elements[i]);
        type.encode(elements[i], bytes);
      }
      writeFully(channel, bytes.flip());
    }
  }

  private static void requireFinite(Path file, NamedTensor tensor, float value) {
    if (!Float.isFinite(value)) {
      throw new TensorFileException(
          file, "not written: tensor %s holds %s".formatted(tensor.name(), value));
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
