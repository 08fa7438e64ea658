package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * {@code generation_config} with every default filled in: how messages become text in training, and
 * the chat template that is written with the model.
 *
 * @param system template of a system message, contains {@code {instruction}}
 * @param user template of a user message, contains {@code {instruction}}, and {@code {system}} when
 *     {@code systemInUser}
 * @param assistant template of an assistant message, contains {@code {instruction}}; header and end
 *     token included, all of it belongs to the turn
 * @param trailingAssistant opens the assistant's turn at inference; never part of training text
 * @param bos prepended once to every conversation
 * @param systemInUser the rendered system message is put into {@code {system}} of the first user
 *     message instead of standing first
 * @param defaultSystemMessage used by rows without a system message
 * @param addSystemTagsEvenIfMessageIsEmpty render {@code system} also for an empty system message
 * @param stripWhitespace strip every message before rendering
 * @param stoppingSequences texts that end generation at inference; written with the model
 */
public record PromptFormat(
    String system,
    String user,
    String assistant,
    String trailingAssistant,
    String bos,
    boolean systemInUser,
    String defaultSystemMessage,
    boolean addSystemTagsEvenIfMessageIsEmpty,
    boolean stripWhitespace,
    List<String> stoppingSequences)
    implements TextFormat {

  /** Stands for the message's own text in a template. */
  public static final String INSTRUCTION = "{instruction}";

  /** Stands for the rendered system message in the user template. */
  public static final String SYSTEM = "{system}";

  public PromptFormat {
    requirePlaceholder("system", system, INSTRUCTION);
    requirePlaceholder("user", user, INSTRUCTION);
    requirePlaceholder("assistant", assistant, INSTRUCTION);
    if (systemInUser) {
      requirePlaceholder("user", user, SYSTEM);
    }
    requireNonNull(trailingAssistant, "trailingAssistant");
    requireNonNull(bos, "bos");
    requireNonNull(defaultSystemMessage, "defaultSystemMessage");
    stoppingSequences = List.copyOf(stoppingSequences);
  }

  /** The same with other stopping sequences. */
  public PromptFormat withStoppingSequences(List<String> sequences) {
    return new PromptFormat(
        system,
        user,
        assistant,
        trailingAssistant,
        bos,
        systemInUser,
        defaultSystemMessage,
        addSystemTagsEvenIfMessageIsEmpty,
        stripWhitespace,
        sequences);
  }

  private static void requirePlaceholder(String name, String template, String placeholder) {
    if (!requireNonNull(template, name).contains(placeholder)) {
      throw new IllegalArgumentException(
          "prompt format '%s' must contain %s".formatted(name, placeholder));
    }
  }
}
