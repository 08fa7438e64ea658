package io.llmforge.trainer.data;

import io.llmforge.crds.plan.Objective;
import io.llmforge.trainer.data.ConversationParser.Parsed;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A JSON Lines file of conversations, read as a whole: every mistake is in {@code problems}, every
 * valid row in {@code conversations}.
 *
 * @param source the file as its user wrote it
 */
public record ConversationFile(
    String source, List<Conversation> conversations, RowProblems problems) {

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  public ConversationFile {
    conversations = List.copyOf(conversations);
  }

  /** Reads UTF-8 text, one row per line; blank lines are skipped. */
  public static ConversationFile read(Path file, String source, Objective objective)
      throws IOException {
    RowProblems problems = new RowProblems(source);
    List<Conversation> conversations = new ArrayList<>();
    forEach(file, objective, problems, conversations::add);
    return new ConversationFile(source, conversations, problems);
  }

  /** Reads as {@link #read}, holding one row at a time. */
  public static void forEach(
      Path file, Objective objective, RowProblems problems, Consumer<Conversation> conversations)
      throws IOException {
    ConversationParser parser = new ConversationParser(objective);
    long rows = 0;
    try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file))) {
      long line = 0;
      for (byte[] next = nextLine(bytes); next.length > 0; next = nextLine(bytes)) {
        line++;
        rows += read(next, line, parser, conversations, problems) ? 1 : 0;
      }
    }
    if (rows == 0) {
      problems.addForFile("the file has no rows; write one JSON object per line");
    }
  }

  /** Whether the line held a row at all. */
  private static boolean read(
      byte[] bytes,
      long line,
      ConversationParser parser,
      Consumer<Conversation> conversations,
      RowProblems problems) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      problems.add(line, "the line is not UTF-8; save the file as UTF-8");
      return true;
    }
    if (line == 1 && text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(1);
    }
    if (text.isBlank()) {
      return false;
    }
    switch (parser.parse(text)) {
      case Parsed.Valid valid ->
          conversations.accept(new Conversation(line, valid.messages(), valid.rejected()));
      case Parsed.Invalid invalid -> problems.add(line, invalid.problem());
    }
    return true;
  }

  /** The next line with its line feed, empty at the end of the file. */
  private static byte[] nextLine(InputStream bytes) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = bytes.read(); next >= 0; next = bytes.read()) {
      line.write(next);
      if (next == '\n') {
        break;
      }
    }
    return line.toByteArray();
  }
}
