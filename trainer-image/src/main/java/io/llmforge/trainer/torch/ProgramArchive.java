package io.llmforge.trainer.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The container in which libtorch accepts source: a zip of stored entries. {@code data.pkl} holds
 * the one object of the program's class, {@code code/__torch__.py} that class, and {@code
 * code/__torch__/PART.py} the functions of {@code __torch__.PART}. Every program may call those of
 * {@code __torch__.product}.
 */
final class ProgramArchive {

  private static final String FORMAT_VERSION = "3\n";

  /** Pickle protocol 2, an empty tuple, stop. */
  private static final byte[] NO_CONSTANTS = {(byte) 0x80, 2, ')', '.'};

  private ProgramArchive() {}

  static byte[] of(ProgramSource source, ProgramFiles files, ProductKernel products)
      throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      store(zip, "data.pkl", pickledInstance(source));
      store(zip, "code/__torch__.py", file(source.owner(), source.name(), files));
      for (var part : source.parts()) {
        store(zip, "code/__torch__/" + part + ".py", file(source.owner(), part, files));
      }
      store(
          zip, "code/__torch__/product.py", file(ProductKernel.class, products.resource(), files));
      store(zip, "constants.pkl", NO_CONSTANTS);
      store(zip, "version", FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
    }
    return bytes.toByteArray();
  }

  private static byte[] file(Class<?> owner, String name, ProgramFiles files) throws IOException {
    return files.read(owner, name + ".py").getBytes(StandardCharsets.UTF_8);
  }

  /** {@code __torch__.NAME()} with its settings and {@code training}, which every module has. */
  private static byte[] pickledInstance(ProgramSource source) {
    var state = new TreeMap<String, Object>(source.settings());
    state.put("training", true);
    var pickle = new ByteArrayOutputStream();
    pickle.writeBytes(new byte[] {(byte) 0x80, 2});
    pickle.writeBytes(
        ("c__torch__\n" + source.className() + "\n").getBytes(StandardCharsets.US_ASCII));
    pickle.writeBytes(new byte[] {')', (byte) 0x81, '}', '('});
    state.forEach((name, value) -> pickle.writeBytes(pickledEntry(name, value)));
    pickle.writeBytes(new byte[] {'u', 'b', '.'});
    return pickle.toByteArray();
  }

  private static byte[] pickledEntry(String name, Object value) {
    var characters = name.getBytes(StandardCharsets.US_ASCII);
    var entry = ByteBuffer.allocate(5 + characters.length + 9).order(ByteOrder.LITTLE_ENDIAN);
    entry.put((byte) 'X').putInt(characters.length).put(characters);
    switch (value) {
      case Boolean flag -> entry.put((byte) (flag ? 0x88 : 0x89));
      case Long number -> entry.put((byte) 'J').putInt(Math.toIntExact(number));
      case Double number -> entry.put((byte) 'G').order(ByteOrder.BIG_ENDIAN).putDouble(number);
      default -> throw new IllegalArgumentException("a program cannot be set to " + value);
    }
    return Arrays.copyOf(entry.array(), entry.position());
  }

  /** Uncompressed, because libtorch maps entries as they lie. */
  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    var checksum = new CRC32();
    checksum.update(content);
    var entry = new ZipEntry("program/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
