package io.llmforge.trainer.data;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The tokenizer of a Hugging Face folder ({@code tokenizer.json}). It neither truncates nor pads,
 * and adds no token of its own: rendered text already holds every special token it needs.
 */
public final class TextTokenizer implements AutoCloseable {

  public static final String FILE = "tokenizer.json";

  private static final Map<String, String> NOTHING_ADDED =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private final HuggingFaceTokenizer tokenizer;
  private final Path file;
  private final String source;

  private TextTokenizer(HuggingFaceTokenizer tokenizer, Path file, String source) {
    this.tokenizer = tokenizer;
    this.file = file;
    this.source = source;
  }

  /**
   * Reads a tokenizer.
   *
   * @param source the file as its user wrote it
   */
  public static TextTokenizer open(Path file, String source) {
    try {
      return new TextTokenizer(HuggingFaceTokenizer.newInstance(file, NOTHING_ADDED), file, source);
    } catch (IOException | RuntimeException e) {
      // The native library reports a broken file as a RuntimeException of no particular type.
      throw new TokenizerInvalidException(
          "%s is not a tokenizer this trainer can read (%s); the model folder needs the tokenizer.json that belongs to the model"
              .formatted(source, e.getMessage()),
          e);
    }
  }

  /** The chat template that lies beside the tokenizer. */
  TokenizerChatTemplate chatTemplate() {
    String folder = source.substring(0, Math.max(0, source.lastIndexOf('/')));
    return TokenizerChatTemplate.read(file.resolveSibling(""), folder.isEmpty() ? source : folder);
  }

  EncodedText encode(String text) {
    Encoding encoding = tokenizer.encode(text, false, false);
    return new EncodedText(
        narrowed(encoding.getIds()),
        spans(encoding.getCharTokenSpans(), new CodePointOffsets(text)));
  }

  /** The tokens of a text with those that the tokenizer would put around it by itself. */
  int[] encodeWithSpecialTokens(String text) {
    return narrowed(tokenizer.encode(text, true, false).getIds());
  }

  String decode(int[] tokens) {
    return tokens.length == 0
        ? ""
        : tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), false);
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  /**
   * Some tokenizers leave the spaces in front of a word out of its span; each span is extended back
   * to the end of the one before, so that every character belongs to a token.
   */
  private static List<TextSpan> spans(CharSpan[] spans, CodePointOffsets offsets) {
    List<TextSpan> result = new ArrayList<>(spans.length);
    int covered = 0;
    for (CharSpan span : spans) {
      int start = span == null ? covered : Math.min(covered, offsets.utf16(span.getStart()));
      int end = span == null ? covered : Math.max(start, offsets.utf16(span.getEnd()));
      result.add(new TextSpan(start, end));
      covered = Math.max(covered, end);
    }
    return result;
  }

  private static int[] narrowed(long[] tokens) {
    return Arrays.stream(tokens).mapToInt(Math::toIntExact).toArray();
  }
}
