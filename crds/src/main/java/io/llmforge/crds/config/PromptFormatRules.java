package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** What the templates of a prompt format must hold. */
final class PromptFormatRules {

  private static final String PATH = "generation_config.prompt_format";
  private static final String INSTRUCTION = "{instruction}";
  private static final String SYSTEM = "{system}";

  private final Findings findings;

  PromptFormatRules(Findings findings) {
    this.findings = findings;
  }

  void check(@Nullable GenerationConfig config, JsonNode written) {
    if (config == null || config.promptFormat() == null) {
      return;
    }
    var format = config.promptFormat();
    var place = written.at("/generation_config/prompt_format");
    requireInstruction("system", format.system(), place);
    requireInstruction("user", format.user(), place);
    requireInstruction("assistant", format.assistant(), place);
    checkSystem(format);
    if (Boolean.TRUE.equals(format.systemInLastUser())) {
      findings.error(
          PATH + ".system_in_last_user",
          "is not supported; write system_in_user to put the system message into the first user message");
    }
  }

  private void requireInstruction(String key, @Nullable String template, JsonNode written) {
    var path = PATH + "." + key;
    if (template == null) {
      if (!written.hasNonNull(key)) {
        findings.error(path, "is missing; a template that adds nothing is \"{instruction}\"");
      }
      return;
    }
    if (!template.contains(INSTRUCTION)) {
      findings.error(path, "must contain {instruction}, which stands for the message's text");
    }
  }

  private void checkSystem(PromptFormatConfig format) {
    var user = format.user();
    if (user == null) {
      return;
    }
    boolean inUser = Boolean.TRUE.equals(format.systemInUser());
    if (inUser && !user.contains(SYSTEM)) {
      findings.error(
          PATH + ".user",
          "must contain {system}, because system_in_user puts the system message there");
    }
    if (!inUser && user.contains(SYSTEM)) {
      findings.warning(
          PATH + ".user",
          "contains {system}, which stays literal text without system_in_user: true");
    }
  }
}
