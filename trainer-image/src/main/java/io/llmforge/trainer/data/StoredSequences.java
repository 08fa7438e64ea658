package io.llmforge.trainer.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/**
 * Sequences of one data file on disk, read one by one when they are needed: {@code NAME.tokens}
 * holds the token numbers of all of them, four bytes each; {@code NAME.targets} one bit per token,
 * set where it is learned; {@code NAME.offsets} the number of tokens before each sequence and,
 * last, of all; {@code NAME.lines} the line each comes from, both eight bytes each. Little-endian.
 */
final class StoredSequences {

  static final String TOKENS = ".tokens";
  static final String TARGETS = ".targets";
  static final String OFFSETS = ".offsets";
  static final String LINES = ".lines";

  private final MappedFile tokens;
  private final MappedFile targets;
  private final MappedFile offsets;
  private final MappedFile lines;

  private StoredSequences(
      MappedFile tokens, MappedFile targets, MappedFile offsets, MappedFile lines) {
    this.tokens = tokens;
    this.targets = targets;
    this.offsets = offsets;
    this.lines = lines;
  }

  static StoredSequences open(Path folder, String name) throws IOException {
    return new StoredSequences(
        MappedFile.open(folder.resolve(name + TOKENS)),
        MappedFile.open(folder.resolve(name + TARGETS)),
        MappedFile.open(folder.resolve(name + OFFSETS)),
        MappedFile.open(folder.resolve(name + LINES)));
  }

  int size() {
    return Math.toIntExact(lines.size() / Long.BYTES);
  }

  /** All of them, uncut. */
  List<TokenRow> rows() {
    return rows(Integer.MAX_VALUE);
  }

  /** All of them, each without what lies behind the context length. */
  List<TokenRow> rows(int contextLength) {
    return new LazyRows(
        size(),
        number -> row(number, Math.min(contextLength, length(number))),
        number -> Math.min(contextLength, length(number)));
  }

  private int length(int number) {
    return Math.toIntExact(offsets.longAt(number + 1L) - offsets.longAt(number));
  }

  private TokenRow row(int number, int length) {
    long first = offsets.longAt(number);
    long firstByte = first / Byte.SIZE;
    int shift = (int) (first % Byte.SIZE);
    byte[] bits = targets.bytes(firstByte, Math.ceilDiv(shift + length, Byte.SIZE));
    return new TokenRow(
        lines.longAt(number),
        tokens.ints(first, length),
        BitSet.valueOf(bits).get(shift, shift + length));
  }
}
