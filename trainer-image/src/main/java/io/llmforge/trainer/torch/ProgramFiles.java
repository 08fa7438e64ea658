package io.llmforge.trainer.torch;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Where the text of programs comes from; tests read it through one that changes it. */
@FunctionalInterface
interface ProgramFiles {

  /** The file {@code fileName} beside the class that owns the program. */
  String read(Class<?> owner, String fileName) throws IOException;

  static String resource(Class<?> owner, String fileName) throws IOException {
    try (var resource = owner.getResourceAsStream(fileName)) {
      if (resource == null) {
        throw new FileNotFoundException(owner.getPackageName() + "/" + fileName);
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
