package io.llmforge.trainer.tracking;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * Records of a TFRecord file: length (8 bytes), its checksum (4), content, its checksum (4), all
 * little-endian. Checksums are masked CRC-32C, as TensorFlow's {@code record_writer.h} defines
 * them.
 */
final class EventRecords {

  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;
  private static final int MASK = 0xa282ead8;

  private EventRecords() {}

  static ByteBuffer framed(byte[] content) {
    ByteBuffer record = little(HEADER_BYTES + content.length + Integer.BYTES);
    record.putLong(content.length).putInt(maskedChecksum(record.slice(0, Long.BYTES)));
    return record.put(content).putInt(maskedChecksum(ByteBuffer.wrap(content))).flip();
  }

  /**
   * Where the record that begins at an offset ends.
   *
   * @return -1 when no whole and undamaged record begins there
   */
  static long end(FileChannel file, long offset) throws IOException {
    ByteBuffer header = little(HEADER_BYTES);
    if (!filled(file, header, offset)
        || header.getInt(Long.BYTES) != maskedChecksum(header.slice(0, Long.BYTES))) {
      return -1;
    }
    long length = header.getLong(0);
    if (length < 0 || length > file.size() - offset - HEADER_BYTES - Integer.BYTES) {
      return -1;
    }
    ByteBuffer content = little(Math.toIntExact(length + Integer.BYTES));
    if (!filled(file, content, offset + HEADER_BYTES)
        || content.getInt((int) length) != maskedChecksum(content.slice(0, (int) length))) {
      return -1;
    }
    return offset + HEADER_BYTES + length + Integer.BYTES;
  }

  private static boolean filled(FileChannel file, ByteBuffer buffer, long offset)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (file.read(buffer, offset + buffer.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  private static int maskedChecksum(ByteBuffer bytes) {
    var checksum = new CRC32C();
    checksum.update(bytes);
    int value = (int) checksum.getValue();
    return ((value >>> 15) | (value << 17)) + MASK;
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
