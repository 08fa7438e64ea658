package io.llmforge.localcluster.node;

/** Whether a container that ended starts again. */
final class RestartRules {
  private RestartRules() {}

  static boolean restarts(RestartPolicy policy, Role role, int exitCode) {
    return switch (policy) {
      case NEVER -> false;
      case ON_FAILURE -> exitCode != 0;
      // An init container that succeeded is done, whatever the policy of the pod.
      case ALWAYS -> role == Role.MAIN || exitCode != 0;
    };
  }

  enum Role {
    INIT,
    MAIN
  }

  /** The pod's restartPolicy. */
  enum RestartPolicy {
    ALWAYS,
    ON_FAILURE,
    NEVER;

    static RestartPolicy of(io.fabric8.kubernetes.api.model.Pod pod) {
      var name = pod.getSpec().getRestartPolicy();
      if (name == null) {
        return ALWAYS;
      }
      return switch (name) {
        case "Never" -> NEVER;
        case "OnFailure" -> ON_FAILURE;
        default -> ALWAYS;
      };
    }
  }
}
