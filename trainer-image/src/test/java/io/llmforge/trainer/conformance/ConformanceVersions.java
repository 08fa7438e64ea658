package io.llmforge.trainer.conformance;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What computed the numbers that are compared.
 *
 * @param reference packages of the reference stack with their versions
 * @param trainer JDK and libtorch
 */
record ConformanceVersions(String reference, String trainer) {

  private static final Pattern LIBTORCH = Pattern.compile("pytorch-native-cpu-([0-9.]+)-.*\\.jar");

  static ConformanceVersions read(Path requirements) throws IOException {
    try (var lines = Files.lines(requirements)) {
      var packages =
          lines
              .map(String::strip)
              .filter(line -> !line.isEmpty() && !line.startsWith("#"))
              .map(line -> line.replace("==", " "))
              .collect(Collectors.joining(", "));
      var jdk = "JDK " + Runtime.version().feature();
      return new ConformanceVersions(packages, jdk + ", libtorch " + libtorch());
    }
  }

  /** From the name of the library on the class path. */
  private static String libtorch() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> new File(entry).getName())
        .map(LIBTORCH::matcher)
        .filter(matcher -> matcher.matches())
        .map(matcher -> matcher.group(1))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no pytorch-native-cpu on the class path"));
  }
}
