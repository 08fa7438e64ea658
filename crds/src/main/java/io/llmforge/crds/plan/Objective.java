package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What is learned. One record per LLMForge task that this version can train. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "task")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Objective.CausalLm.class, name = "causal_lm"),
  @JsonSubTypes.Type(value = Objective.InstructionTuning.class, name = "instruction_tuning")
})
public sealed interface Objective {

  /** How the messages of a row become text. */
  PromptFormat promptFormat();

  /** Next-token prediction on every token of every message. */
  record CausalLm(PromptFormat promptFormat) implements Objective {
    public CausalLm {
      requireNonNull(promptFormat, "promptFormat");
    }
  }

  /** Next-token prediction on the tokens of the assistant's turns. */
  record InstructionTuning(PromptFormat promptFormat) implements Objective {
    public InstructionTuning {
      requireNonNull(promptFormat, "promptFormat");
    }
  }
}
