package io.llmforge.trainer.data;

/** Which part of a conversation is learned. */
public enum LearnedPart {
  /** Every token of every message: causal language modelling. */
  EVERY_TOKEN,
  /** What the assistant says, in all its turns: instruction tuning. */
  ASSISTANT_TURNS,
  /** The last message alone, which is the assistant's: classification and preference tuning. */
  LAST_ASSISTANT_TURN
}
