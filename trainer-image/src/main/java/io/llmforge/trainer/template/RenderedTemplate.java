package io.llmforge.trainer.template;

import java.util.List;

/**
 * What a template made of a conversation.
 *
 * @param text the text
 * @param generated what its {@code generation} blocks wrote, in their order; none when it has none
 */
public record RenderedTemplate(String text, List<GeneratedSpan> generated) {
  public RenderedTemplate {
    generated = List.copyOf(generated);
  }
}
