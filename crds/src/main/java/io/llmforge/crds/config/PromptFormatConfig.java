package io.llmforge.crds.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * Templates of the messages. {instruction} stands for the message's text.
 *
 * @param system Template of the system message, with {instruction}.
 * @param user Template of a user message, with {instruction}; with {system} when system_in_user.
 * @param assistant Template of an assistant message, with {instruction}; the end token belongs
 *     here.
 * @param trailingAssistant Opens the assistant's turn when the model is served; never trained on.
 *     Default: empty.
 * @param bos Stands once before every conversation. Default: empty.
 * @param systemInUser The system message goes into {system} of the first user message. Default:
 *     false.
 * @param defaultSystemMessage For rows without a system message. Default: none.
 * @param addSystemTagsEvenIfMessageIsEmpty Render the system template for an empty system message.
 *     Default: false.
 * @param systemInLastUser The system message goes into the last user message. Only false here.
 * @param stripWhitespace Strip each message first. Default: true.
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromptFormatConfig(
    @Nullable String system,
    @Nullable String user,
    @Nullable String assistant,
    @Nullable String trailingAssistant,
    @Nullable String bos,
    @Nullable Boolean systemInUser,
    @Nullable String defaultSystemMessage,
    @Nullable Boolean addSystemTagsEvenIfMessageIsEmpty,
    @Nullable Boolean systemInLastUser,
    @Nullable Boolean stripWhitespace) {}
