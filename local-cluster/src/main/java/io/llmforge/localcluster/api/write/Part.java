package io.llmforge.localcluster.api.write;

/** Which part of an object a request may change. */
public enum Part {
  MAIN(""),
  STATUS("status");

  private final String subresource;

  Part(String subresource) {
    this.subresource = subresource;
  }

  /** As {@code managedFields} names it; "" for the object itself. */
  public String subresource() {
    return subresource;
  }
}
