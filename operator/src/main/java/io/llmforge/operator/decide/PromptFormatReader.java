package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.config.LlmForgeConfig;
import io.llmforge.crds.config.LlmForgeConfig.GenerationConfig;
import io.llmforge.crds.config.LlmForgeConfig.PromptFormatConfig;
import io.llmforge.crds.plan.PromptFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code generation_config}. Defaults are those of llmforge.md section 1.3: empty texts,
 * false, and {@code strip_whitespace: true}.
 */
final class PromptFormatReader {

  private static final String KEY = "generation_config.prompt_format";

  /** LLMForge knew the formats of some models; this version asks for it every time. */
  private static final String MISSING =
      "is required, as this version does not know the prompt format of any model. Add, for plain"
          + " text: generation_config: {prompt_format: {system: \"{instruction}\", user:"
          + " \"{instruction}\", assistant: \"{instruction}\"}}; for a chat model its own texts, for"
          + " example assistant: \"<|assistant|>{instruction}<|end|>\"";

  private final Findings findings;

  PromptFormatReader(Findings findings) {
    this.findings = findings;
  }

  Optional<PromptFormat> read(LlmForgeConfig config) {
    @Nullable GenerationConfig generation = config.generationConfig();
    if (generation == null || generation.promptFormat() == null) {
      findings.invalid(KEY, MISSING);
      return Optional.empty();
    }
    PromptFormatConfig format = generation.promptFormat();
    boolean systemInUser = isTrue(format.systemInUser());
    if (isTrue(format.systemInLastUser())) {
      findings.invalid(
          KEY + ".system_in_last_user",
          "true is not supported; use system_in_user, which takes the first user message");
    }
    Optional<String> system = template("system", format.system());
    Optional<String> user = template("user", format.user());
    Optional<String> assistant = template("assistant", format.assistant());
    boolean userTakesSystem = checkSystemPlaceholder(systemInUser, user);
    if (system.isEmpty() || user.isEmpty() || assistant.isEmpty() || !userTakesSystem) {
      return Optional.empty();
    }
    return Optional.of(
        new PromptFormat(
            system.get(),
            user.get(),
            assistant.get(),
            requireNonNullElse(format.trailingAssistant(), ""),
            requireNonNullElse(format.bos(), ""),
            systemInUser,
            requireNonNullElse(format.defaultSystemMessage(), ""),
            isTrue(format.addSystemTagsEvenIfMessageIsEmpty()),
            requireNonNullElse(format.stripWhitespace(), true),
            requireNonNullElse(generation.stoppingSequences(), List.of())));
  }

  private Optional<String> template(String name, @Nullable String template) {
    String key = KEY + "." + name;
    if (template == null) {
      findings.invalid(
          key, "is required; write the text of a %s message around {instruction}".formatted(name));
      return Optional.empty();
    }
    if (!template.contains(PromptFormat.INSTRUCTION)) {
      findings.invalid(
          key,
          "'%s' has no place for the message; put {instruction} where it belongs"
              .formatted(template));
      return Optional.empty();
    }
    return Optional.of(template);
  }

  private boolean checkSystemPlaceholder(boolean systemInUser, Optional<String> user) {
    if (!systemInUser || user.isEmpty() || user.get().contains(PromptFormat.SYSTEM)) {
      return true;
    }
    findings.invalid(
        KEY + ".user",
        "has no place for the system message; put {system} where it belongs, or leave"
            + " system_in_user out");
    return false;
  }

  private static boolean isTrue(@Nullable Boolean flag) {
    return requireNonNullElse(flag, false);
  }
}
