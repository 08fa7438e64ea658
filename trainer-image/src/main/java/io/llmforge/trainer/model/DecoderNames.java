package io.llmforge.trainer.model;

/** Names that Transformers gives to the parts of a decoder. */
final class DecoderNames {

  static final String EMBEDDING = "model.embed_tokens";
  static final String FINAL_NORM = "model.norm";
  static final String HEAD = "lm_head";

  private DecoderNames() {}

  /** What the names of layer {@code number} begin with. */
  static String layer(int number) {
    return "model.layers." + number + ".";
  }

  static String weight(String module) {
    return module + ".weight";
  }
}
