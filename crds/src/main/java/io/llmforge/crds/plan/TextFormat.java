package io.llmforge.crds.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * How the messages of a row become text, in training and, since it is written with the model,
 * later.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PromptFormat.class, name = "prompt_format"),
  @JsonSubTypes.Type(value = TokenizerTemplate.class, name = "tokenizer_template")
})
public sealed interface TextFormat permits PromptFormat, TokenizerTemplate {

  /** Texts that end generation at inference; written with the model. */
  List<String> stoppingSequences();
}
