package io.llmforge.trainer.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What a processor can do, by the names that Linux gives to it.
 *
 * @param vendor such as {@code AuthenticAMD}; "" where nobody knows
 * @param names such as {@code avx512_bf16}; empty where nobody knows
 */
record ProcessorFeatures(String vendor, Set<String> names) {

  /** Instructions that multiply bfloat16 numbers: dot products of vectors, products of tiles. */
  private static final Set<String> BFLOAT16_PRODUCTS = Set.of("avx512_bf16", "amx_bf16");

  private static final Path THIS_MACHINE = Path.of("/proc/cpuinfo");
  private static final ProcessorFeatures UNKNOWN = new ProcessorFeatures("", Set.of());

  ProcessorFeatures {
    names = Set.copyOf(names);
  }

  static ProcessorFeatures ofThisMachine() {
    return read(THIS_MACHINE);
  }

  /**
   * Reads what all processors of a machine have, which are taken to be alike.
   *
   * @param cpuInformation {@code /proc/cpuinfo}
   */
  static ProcessorFeatures read(Path cpuInformation) {
    try {
      return of(Files.readString(cpuInformation));
    } catch (IOException elsewhere) {
      // Only Linux has the file; float32 and libtorch's own products are right everywhere.
      return UNKNOWN;
    }
  }

  /** As {@code /proc/cpuinfo} has it. */
  static ProcessorFeatures of(String cpuInformation) {
    return new ProcessorFeatures(
        value(cpuInformation, "vendor_id"),
        Set.copyOf(List.of(value(cpuInformation, "flags").split("\\s+"))));
  }

  private static String value(String cpuInformation, String key) {
    return cpuInformation
        .lines()
        .map(line -> line.split(":", 2))
        .filter(parts -> parts.length == 2 && parts[0].strip().equals(key))
        .findFirst()
        .map(parts -> parts[1].strip())
        .orElse("");
  }

  /** Without it libtorch computes in bfloat16 as well, several times slower than in float32. */
  boolean multipliesBfloat16() {
    return names.stream().anyMatch(BFLOAT16_PRODUCTS::contains);
  }

  /** AVX-512, which MKL does not use on AMD's processors. */
  boolean isAmdWithAvx512() {
    return vendor.equals("AuthenticAMD") && names.contains("avx512f");
  }
}
