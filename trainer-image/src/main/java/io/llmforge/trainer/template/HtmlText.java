package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Marking;
import io.llmforge.trainer.template.Value.Text;

/** Escapes as {@code markupsafe} does; only what {@code safe} or {@code escape} marked meets it. */
final class HtmlText {

  private HtmlText() {}

  /** A text that is safe: as it is when it already was. */
  static Text escaped(Text text) {
    return text.marking() == Marking.SAFE ? text : forced(text.text());
  }

  static Text forced(String text) {
    return new Text(
        text.replace("&", "&amp;")
            .replace(">", "&gt;")
            .replace("<", "&lt;")
            .replace("'", "&#39;")
            .replace("\"", "&#34;"),
        Marking.SAFE);
  }
}
