package io.llmforge.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.operator.observe.TrainerPod.Kill;
import io.llmforge.operator.observe.TrainerPod.Waiting.Cause;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PodReaderTest {

  static Stream<Arguments> statuses() {
    return Stream.of(
        row("{}", new TrainerPod.Waiting("pod", Cause.START, "")),
        row(
            """
            phase: Pending
            conditions:
            - {type: PodScheduled, status: "False", message: "0/3 nodes: no nvidia.com/gpu"}
            """,
            new TrainerPod.Waiting("pod", Cause.SCHEDULING, "0/3 nodes: no nvidia.com/gpu")),
        row(
            """
            phase: Pending
            containerStatuses:
            - {name: trainer, state: {waiting: {reason: ImagePullBackOff, message: not found}}}
            """,
            new TrainerPod.Waiting("pod", Cause.IMAGE, "ImagePullBackOff: not found")),
        row(
            """
            phase: Pending
            containerStatuses:
            - {name: trainer, state: {waiting: {reason: CreateContainerConfigError, message: no map}}}
            """,
            new TrainerPod.Waiting("pod", Cause.CONTAINER, "CreateContainerConfigError: no map")),
        row(
            """
            phase: Running
            podIP: 10.0.0.7
            containerStatuses:
            - {name: trainer, ready: true, state: {running: {}}}
            """,
            new TrainerPod.Running("pod", "uid", "10.0.0.7", true)),
        row(
            """
            phase: Failed
            containerStatuses:
            - {name: sidecar, state: {terminated: {exitCode: 1}}}
            - {name: trainer, state: {terminated: {exitCode: 137, reason: OOMKilled}}}
            """,
            new TrainerPod.Exited("pod", 137, Kill.OUT_OF_MEMORY, new LastWords.Silence())),
        row(
            """
            phase: Failed
            conditions:
            - {type: DisruptionTarget, status: "True"}
            containerStatuses:
            - {name: trainer, state: {terminated: {exitCode: 143, message: "not json"}}}
            """,
            new TrainerPod.Exited("pod", 143, Kill.DISRUPTION, new LastWords.Text("not json"))),
        row(
            """
            phase: Pending
            initContainerStatuses:
            - {name: fetch, state: {running: {}}}
            containerStatuses:
            - {name: trainer, state: {waiting: {reason: PodInitializing}}}
            """,
            new TrainerPod.Waiting("pod", Cause.SOURCES, "")),
        row(
            """
            phase: Pending
            initContainerStatuses:
            - {name: fetch, state: {waiting: {reason: CreateContainerConfigError, message: no hub}}}
            containerStatuses:
            - {name: trainer, state: {waiting: {reason: PodInitializing}}}
            """,
            new TrainerPod.Waiting("pod", Cause.CONTAINER, "CreateContainerConfigError: no hub")),
        row(
            """
            phase: Pending
            initContainerStatuses:
            - {name: fetch, state: {terminated: {exitCode: 0}}}
            containerStatuses:
            - {name: trainer, state: {waiting: {reason: PodInitializing}}}
            """,
            new TrainerPod.Waiting("pod", Cause.START, "PodInitializing")),
        row(
            """
            phase: Failed
            initContainerStatuses:
            - {name: fetch, state: {terminated: {exitCode: 77, message: "accept the licence"}}}
            containerStatuses:
            - {name: trainer, state: {waiting: {reason: PodInitializing}}}
            """,
            new TrainerPod.Exited("pod", 77, Kill.NONE, new LastWords.Text("accept the licence"))),
        row(
            "{phase: Failed, reason: Evicted, message: low on disk}",
            new TrainerPod.Removed("pod", Kill.NONE, "Evicted: low on disk")));
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void podIsReadFromItsStatus(String status, TrainerPod expected) {
    assertThat(PodReader.read(pod("pod", "2026-11-23T10:00:00Z", status))).isEqualTo(expected);
  }

  @Test
  void replacementCountsAndNotThePodItReplaced() {
    Pod first = pod("a", "2026-11-23T10:00:00Z", "{phase: Failed, reason: Evicted}");
    Pod second = pod("b", "2026-11-23T10:05:00Z", "{phase: Pending}");

    assertThat(PodReader.read(List.of(second, first)))
        .last()
        .isEqualTo(new IndexedPod(0, "", "", new TrainerPod.Waiting("b", Cause.START, "")));
  }

  @Test
  void ofTwoPodsOfTheSameSecondTheOneThatEndedWasReplaced() {
    Pod first = pod("b", "2026-11-23T10:00:00Z", "{phase: Failed, reason: Evicted}");
    Pod second = pod("a", "2026-11-23T10:00:00Z", "{phase: Pending}");

    assertThat(PodReader.read(List.of(second, first)))
        .extracting(IndexedPod::pod)
        .last()
        .isEqualTo(new TrainerPod.Waiting("a", Cause.START, ""));
  }

  @Test
  void indexAndEndAreThePodsOwn() {
    Pod pod =
        pod(
            "shard-2",
            "2026-11-23T10:00:00Z",
            """
            phase: Failed
            containerStatuses:
            - {name: trainer, state: {terminated: {exitCode: 70, finishedAt: "2026-11-23T10:07:00Z"}}}
            """);
    pod.getMetadata().setAnnotations(Map.of("batch.kubernetes.io/job-completion-index", "2"));

    assertThat(PodReader.read(List.of(pod)))
        .containsExactly(
            new IndexedPod(
                2,
                "",
                "2026-11-23T10:07:00Z",
                new TrainerPod.Exited("shard-2", 70, Kill.NONE, new LastWords.Silence())));
  }

  private static Pod pod(String name, String created, String status) {
    String yaml =
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, uid: uid, creationTimestamp: "%s"}
        status:
        %s
        """
            .formatted(name, created, status.strip().indent(2).stripTrailing());
    return Serialization.unmarshal(yaml, Pod.class);
  }

  private static Arguments row(String status, TrainerPod expected) {
    return Arguments.of(status, expected);
  }
}
