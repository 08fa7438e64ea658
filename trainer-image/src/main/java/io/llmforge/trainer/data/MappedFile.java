package io.llmforge.trainer.data;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A little-endian file of any size, mapped into memory: what is not read takes no memory, and what
 * was read can be dropped by the system at any time. Mapped in pieces, since a buffer of Java ends
 * at 2 GiB.
 */
final class MappedFile {

  /** A GiB. */
  private static final int PIECE_BITS = 30;

  private final List<MappedByteBuffer> pieces;
  private final int pieceBits;
  private final long size;

  private MappedFile(List<MappedByteBuffer> pieces, int pieceBits, long size) {
    this.pieces = pieces;
    this.pieceBits = pieceBits;
    this.size = size;
  }

  static MappedFile open(Path file) throws IOException {
    return open(file, PIECE_BITS);
  }

  /**
   * Maps a file.
   *
   * @param pieceBits logarithm of the bytes of a piece; a power of two, at least of eight bytes, so
   *     that no number lies across two pieces
   */
  static MappedFile open(Path file, int pieceBits) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      List<MappedByteBuffer> pieces = new ArrayList<>();
      long length = 1L << pieceBits;
      for (long start = 0; start < size; start += length) {
        var piece = channel.map(MapMode.READ_ONLY, start, Math.min(length, size - start));
        piece.order(ByteOrder.LITTLE_ENDIAN);
        pieces.add(piece);
      }
      return new MappedFile(pieces, pieceBits, size);
    }
  }

  /** In bytes. */
  long size() {
    return size;
  }

  /** The number that is the file's {@code index}th of eight bytes. */
  long longAt(long index) {
    long position = index * Long.BYTES;
    return piece(position).getLong(inPiece(position));
  }

  /** Numbers of four bytes, from the {@code first}th on. */
  int[] ints(long first, int count) {
    int[] numbers = new int[count];
    int read = 0;
    while (read < count) {
      long position = (first + read) * Integer.BYTES;
      int next = Math.min(count - read, leftInPiece(position) / Integer.BYTES);
      piece(position)
          .slice(inPiece(position), next * Integer.BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asIntBuffer()
          .get(numbers, read, next);
      read += next;
    }
    return numbers;
  }

  byte[] bytes(long first, int count) {
    byte[] bytes = new byte[count];
    int read = 0;
    while (read < count) {
      long position = first + read;
      int next = Math.min(count - read, leftInPiece(position));
      piece(position).get(inPiece(position), bytes, read, next);
      read += next;
    }
    return bytes;
  }

  private MappedByteBuffer piece(long position) {
    return pieces.get((int) (position >>> pieceBits));
  }

  private int inPiece(long position) {
    return (int) (position & ((1L << pieceBits) - 1));
  }

  private int leftInPiece(long position) {
    return (1 << pieceBits) - inPiece(position);
  }
}
