package io.llmforge.cli.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A block of code on a page.
 *
 * @param line number of its opening fence, from 1
 * @param language what the fence says, such as {@code yaml}; empty when it says nothing
 */
record FencedBlock(Path page, int line, String language, String text) {

  private static final String FENCE = "```";

  static List<FencedBlock> of(Path page) throws IOException {
    List<FencedBlock> blocks = new ArrayList<>();
    List<String> body = new ArrayList<>();
    String language = null;
    int opened = 0;
    int number = 0;
    for (String line : Files.readAllLines(page)) {
      number++;
      if (!line.startsWith(FENCE)) {
        body.add(line);
      } else if (language == null) {
        language = line.substring(FENCE.length()).strip();
        opened = number;
        body.clear();
      } else {
        blocks.add(new FencedBlock(page, opened, language, String.join("\n", body)));
        language = null;
      }
    }
    if (language != null) {
      throw new IllegalStateException("%s:%d: the block does not end".formatted(page, opened));
    }
    return blocks;
  }

  /** For the name of a test. */
  String place() {
    return "%s:%d %s".formatted(DocsFiles.HOME.relativize(page), line, language);
  }
}
