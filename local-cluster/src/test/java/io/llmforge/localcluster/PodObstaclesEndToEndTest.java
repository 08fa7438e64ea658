package io.llmforge.localcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods that cannot start, or not yet, say why as the kubelet does. */
final class PodObstaclesEndToEndTest {
  @TempDir static Path folder;
  private static ClusterFixture fixture;

  @BeforeAll
  static void startCluster() throws Exception {
    fixture = ClusterFixture.start(folder.resolve("cluster"));
  }

  @AfterAll
  static void stopCluster() {
    fixture.close();
  }

  private static Predicate<Pod> isWaitingFor(String reason) {
    return pod ->
        !pod.getStatus().getContainerStatuses().isEmpty()
            && reason.equals(ClusterFixture.waiting(pod).getReason());
  }

  @Test
  void failedInitContainerFailsThePodBeforeItStarts() {
    fixture.createPod(
        "unprepared",
        """
        restartPolicy: Never
        initContainers: [{name: check, image: shell, command: [sh, -c, "exit 5"]}]
        containers: [{name: main, image: shell, command: ["true"]}]
        """);

    var pod = fixture.awaitPhase("unprepared", "Failed");

    assertThat(ClusterFixture.waiting(pod).getReason()).isEqualTo("PodInitializing");
  }

  @Test
  void unknownImageIsToldAndWaitedFor() {
    fixture.createPod("imageless", "containers: [{name: main, image: 'nowhere/else:1'}]");

    fixture.awaitPod("imageless", "waits", isWaitingFor("ImagePullBackOff"));

    assertThat(fixture.events("imageless", "Failed").getFirst())
        .contains("nowhere/else:1", "image catalogue", "shell");
    fixture.deletePod("imageless");
  }

  @Test
  void containerWithoutItsConfigStartsAsSoonAsItIsThere() {
    fixture.createPod(
        "early",
        """
        restartPolicy: Never
        containers:
        - name: main
          image: shell
          command: [sh, -c, "echo $X"]
          env: [{name: X, valueFrom: {configMapKeyRef: {name: later, key: x}}}]
        """);
    var waiting = fixture.awaitPod("early", "waits", isWaitingFor("CreateContainerConfigError"));

    fixture.create(
        ConfigMap.class,
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: later}\ndata: {x: now}");

    assertThat(ClusterFixture.waiting(waiting).getMessage())
        .isEqualTo("configmap \"later\" not found");
    assertThat(fixture.log(fixture.awaitPhase("early", "Succeeded"))).isEqualTo("now\n");
  }

  @Test
  void commandThatDoesNotExistIsAStartError() {
    fixture.createPod(
        "typo",
        "restartPolicy: Never\ncontainers: [{name: main, image: shell, command: [no-such-program]}]");

    var end = ClusterFixture.end(fixture.awaitPhase("typo", "Failed"));

    assertThat(end.getExitCode()).isEqualTo(128);
    assertThat(end.getReason()).isEqualTo("StartError");
    assertThat(end.getMessage())
        .isEqualTo("exec: \"no-such-program\": executable file not found in $PATH");
  }

  @Test
  void lastLinesOfTheLogAreTheLastWordsOfAFailure() {
    fixture.createPod(
        "verbose",
        """
        restartPolicy: Never
        containers:
        - name: main
          image: shell
          terminationMessagePolicy: FallbackToLogsOnError
          command: [sh, -c, "for i in $(seq 1000); do echo line $i; done; exit 1"]
        """);

    var message = ClusterFixture.end(fixture.awaitPhase("verbose", "Failed")).getMessage();

    assertThat(message).endsWith("line 1000\n");
    assertThat(message.lines()).hasSize(80);
  }

  @Test
  void volumesThatReachIntoTheMachineAreRefused() {
    fixture.createPod(
        "curious",
        """
        volumes: [{name: root, hostPath: {path: /}}]
        containers: [{name: main, image: shell, command: ["true"], volumeMounts: [{name: root, mountPath: /host}]}]
        """);
    fixture.createPod(
        "climbing",
        """
        volumes: [{name: scratch, emptyDir: {}}]
        containers:
        - {name: main, image: shell, command: ["true"], volumeMounts: [{name: scratch, mountPath: /s, subPath: ../..}]}
        """);

    await("hostPath is refused")
        .until(
            () ->
                fixture.events("curious", "FailedMount").stream()
                    .anyMatch(message -> message.contains("hostPath volumes are refused")));
    fixture.deletePod("curious");
    fixture.deletePod("climbing");
  }
}
