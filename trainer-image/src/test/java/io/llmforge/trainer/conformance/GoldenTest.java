package io.llmforge.trainer.conformance;

/** The thirty golden tests, in the order in which they are numbered from 1. */
public enum GoldenTest {
  FORWARD("forward pass of every family", "Transformers"),
  ROTARY_TABLES("rotary frequencies of all six types, both config dialects", "Transformers"),
  SLIDING_WINDOWS(
      "sliding windows at half, one and three windows; alternating layers", "Transformers"),
  SOFT_CAPS("soft-caps, two rotary bases, embedding factor", "Transformers"),
  EXPERT_ROUTING("mixture of experts: routing with ties", "Transformers"),
  BFLOAT16_FORWARD("bfloat16 forward pass against float32", "Transformers"),
  FULL_PARAMETER_GRADIENTS(
      "loss and every gradient, full parameter, tied and untied", "Transformers"),
  ACCUMULATION("accumulation windows split in any way give one gradient", "Transformers"),
  CHUNKED_CROSS_ENTROPY(
      "cross entropy in chunks: any chunk size, adapted head, no targets", "torch"),
  PACKING("packed documents equal documents alone", "Transformers"),
  LORA_GRADIENTS("LoRA forward and gradients: patterns, rank-stabilised, all ends", "PEFT"),
  LORA_INITIAL_VALUES("distribution of LoRA's initial values", "PEFT"),
  LORA_DROPOUT("LoRA dropout with injected masks", "PEFT"),
  MERGE("merged weights, tied and untied", "PEFT"),
  ADAMW("AdamW over fifty steps, decay groups, tiny gradients", "torch"),
  GRADIENT_CLIPPING("global norm and clipping, zero and huge", "torch"),
  LEARNING_RATE_TABLES("learning-rate tables", "Transformers"),
  STEP_ARITHMETIC("steps per epoch, totals and windows", "Transformers"),
  SUPERVISED_TRAJECTORY("training runs step by step, supervised", "TRL"),
  CHAT_TEMPLATES("chat templates, character for character", "Transformers"),
  ASSISTANT_MASKS("which tokens of a conversation are learned", "Transformers"),
  TOKENIZER_PATCH("labels added to a tokenizer", "Transformers"),
  PREFERENCE_ROWS("preference rows: prompt, chosen, rejected", "TRL"),
  PREFERENCE_LOSSES("log-probabilities, five losses and their gradients", "TRL"),
  PREFERENCE_TRAJECTORY("training runs step by step, preferences", "TRL"),
  DATA_PARALLEL("one, two and three ranks make the same step", "the trainer on one rank"),
  RESUME("stopped, killed and resumed runs are bit-equal", "the trainer without interruption"),
  LABEL_METRICS("accuracy, F1 and average precision", "scikit-learn"),
  LABEL_TRAINING("label tokens: first rows, trajectory, probabilities", "Transformers and PEFT"),
  ARTEFACTS(
      "what is written loads elsewhere, and what others wrote loads here", "PEFT and Transformers");

  private final String subject;
  private final String reference;

  GoldenTest(String subject, String reference) {
    this.subject = subject;
    this.reference = reference;
  }

  @SuppressWarnings("EnumOrdinal") // the number is the place in the list, and nothing else
  public int number() {
    return ordinal() + 1;
  }

  /** What is compared. */
  public String subject() {
    return subject;
  }

  /** Whose numbers it is compared with. */
  public String reference() {
    return reference;
  }
}
