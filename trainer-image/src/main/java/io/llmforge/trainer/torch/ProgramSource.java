package io.llmforge.trainer.torch;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * Where a torch program lies and how it is set.
 *
 * @param owner the class beside which the files lie
 * @param name of the file, without {@code .py}, that holds the class
 * @param className of the class whose methods are called
 * @param parts names of further files, which hold functions; {@code FILE.FUNCTION} of one is {@code
 *     __torch__.FILE.FUNCTION} in all
 * @param settings attributes that the class declares: {@code Long} is int there, {@code Double}
 *     float and {@code Boolean} bool
 */
public record ProgramSource(
    Class<?> owner,
    String name,
    String className,
    List<String> parts,
    Map<String, Object> settings) {

  public ProgramSource {
    requireNonNull(owner, "owner");
    parts = List.copyOf(parts);
    settings = Map.copyOf(settings);
  }

  /** A program of one file without settings. */
  public static ProgramSource of(Class<?> owner, String name, String className) {
    return new ProgramSource(owner, name, className, List.of(), Map.of());
  }
}
