package io.llmforge.crds.config;

/** A form in which a value can be written. */
enum Form {
  TEXT("text"),
  TEXT_LIST("a list of texts"),
  NUMBER("a number"),
  FLAG("true or false"),
  MAPPING("a mapping");

  private final String words;

  Form(String words) {
    this.words = words;
  }

  /** The form as messages call it. */
  String words() {
    return words;
  }
}
