package io.llmforge.trainer.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a processor can do, by the names that Linux gives to it.
 *
 * @param names such as {@code avx512_bf16}; empty where nobody knows
 */
record ProcessorFeatures(Set<String> names) {

  /** Instructions that multiply bfloat16 numbers: dot products of vectors, products of tiles. */
  private static final Set<String> BFLOAT16_PRODUCTS = Set.of("avx512_bf16", "amx_bf16");

  private static final String KEY = "flags";

  ProcessorFeatures {
    names = Set.copyOf(names);
  }

  /**
   * Reads what all processors of a machine have, which are taken to be alike.
   *
   * @param cpuInformation {@code /proc/cpuinfo}
   */
  static ProcessorFeatures read(Path cpuInformation) {
    try (var lines = Files.lines(cpuInformation)) {
      return lines
          .map(line -> line.split(":", 2))
          .filter(parts -> parts.length == 2 && parts[0].strip().equals(KEY))
          .findFirst()
          .map(parts -> Arrays.stream(parts[1].strip().split("\\s+")).collect(Collectors.toSet()))
          .map(ProcessorFeatures::new)
          .orElseGet(() -> new ProcessorFeatures(Set.of()));
    } catch (IOException elsewhere) {
      // Only Linux has the file; float32 is right everywhere.
      return new ProcessorFeatures(Set.of());
    }
  }

  /** Without it libtorch computes in bfloat16 as well, several times slower than in float32. */
  boolean multipliesBfloat16() {
    return names.stream().anyMatch(BFLOAT16_PRODUCTS::contains);
  }
}
