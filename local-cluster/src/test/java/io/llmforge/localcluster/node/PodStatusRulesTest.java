package io.llmforge.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.llmforge.localcluster.node.PodStatusRules.Facts;
import io.llmforge.localcluster.node.RestartRules.RestartPolicy;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PodStatusRulesTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  /** w waiting, b waiting after a failure, r running, s succeeded, f failed. */
  private static List<ContainerStatus> containers(String letters) {
    return Arrays.stream(letters.split("", 0))
        .filter(letter -> !letter.isEmpty())
        .map(PodStatusRulesTest::container)
        .toList();
  }

  private static ContainerStatus container(String letter) {
    var status = new ContainerStatusBuilder().withName("c-" + letter).withReady(false);
    return switch (letter) {
      case "w" -> status.withNewState().withNewWaiting().endWaiting().endState().build();
      case "r" ->
          status.withReady(true).withNewState().withNewRunning().endRunning().endState().build();
      case "s" ->
          status
              .withNewState()
              .withNewTerminated()
              .withExitCode(0)
              .endTerminated()
              .endState()
              .build();
      case "f" ->
          status
              .withNewState()
              .withNewTerminated()
              .withExitCode(1)
              .endTerminated()
              .endState()
              .build();
      case "b" ->
          status
              .withNewState()
              .withNewWaiting()
              .endWaiting()
              .endState()
              .withNewLastState()
              .withNewTerminated()
              .withExitCode(1)
              .endTerminated()
              .endLastState()
              .build();
      default -> throw new IllegalArgumentException(letter);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "NEVER,'',w,Pending",
    "NEVER,'',rw,Pending",
    "NEVER,'',r,Running",
    "NEVER,'',rf,Running",
    "NEVER,'',ss,Succeeded",
    "NEVER,'',sf,Failed",
    "NEVER,r,w,Pending",
    "NEVER,f,w,Failed",
    "NEVER,sr,w,Pending",
    "ON_FAILURE,b,w,Pending",
    "ON_FAILURE,'',b,Running",
    "ON_FAILURE,'',s,Succeeded",
    "ON_FAILURE,'',f,Running",
    "ALWAYS,'',s,Running",
    "ALWAYS,'',b,Running",
  })
  void phaseFollowsFromTheContainers(
      RestartPolicy policy, String initContainers, String containers, String phase) {
    var facts = new Facts(policy, false, containers(initContainers), containers(containers));

    assertThat(PodStatusRules.phase(facts)).isEqualTo(phase);
  }

  @ParameterizedTest
  @CsvSource({"s,Succeeded", "sf,Failed", "w,Failed", "r,Failed"})
  void stoppedPodHasEnded(String containers, String phase) {
    var facts = new Facts(RestartPolicy.ALWAYS, true, List.of(), containers(containers));

    assertThat(PodStatusRules.phase(facts)).isEqualTo(phase);
  }

  @Test
  void transitionTimeOnlyMovesWhenAConditionTurns() {
    var running = new Facts(RestartPolicy.NEVER, false, List.of(), containers("r"));
    var failed = new Facts(RestartPolicy.NEVER, false, List.of(), containers("f"));

    var first = PodStatusRules.status(new PodStatus(), running, NOW);
    var second = PodStatusRules.status(first, failed, NOW.plusSeconds(9));

    assertThat(first.getConditions())
        .extracting(c -> c.getType() + "=" + c.getStatus())
        .containsExactly(
            "Initialized=True", "Ready=True", "ContainersReady=True", "PodScheduled=True");
    assertThat(second.getConditions())
        .extracting(c -> c.getType() + " " + c.getReason() + " " + c.getLastTransitionTime())
        .contains("Initialized null 2026-11-23T12:00:00Z", "Ready PodFailed 2026-11-23T12:00:09Z");
  }
}
