package io.llmforge.localcluster.node.container;

/**
 * The container cannot be made as its pod describes it, now; the message becomes that of the
 * waiting state. It may work later, when a missing object has been created.
 */
public final class ContainerConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  public ContainerConfigException(String reason) {
    super(reason);
    this.reason = reason;
  }

  public String reason() {
    return reason;
  }
}
