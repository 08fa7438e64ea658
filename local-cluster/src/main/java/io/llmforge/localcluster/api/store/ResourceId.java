package io.llmforge.localcluster.api.store;

/** A kind of object in the store; all its versions share one place. The core group is "". */
public record ResourceId(String group, String plural) {

  @Override
  public String toString() {
    return group.isEmpty() ? plural : plural + "." + group;
  }
}
