package io.llmforge.localcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods whose containers are processes of this machine. */
final class PodsEndToEndTest {
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

  private static Predicate<Pod> isReady(boolean ready) {
    return pod ->
        pod.getStatus().getConditions().stream()
            .anyMatch(
                c -> c.getType().equals("Ready") && c.getStatus().equals(ready ? "True" : "False"));
  }

  @Test
  void podSeesItsConfigItsClaimAndItsOwnFieldsAtRealPaths() throws Exception {
    fixture.create(
        ConfigMap.class,
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plan}\ndata: {plan.json: '{}', mode: fast}");
    fixture.create(
        Secret.class,
        "apiVersion: v1\nkind: Secret\nmetadata: {name: token}\ndata: {key: c2VjcmV0}");
    fixture.create(
        PersistentVolumeClaim.class,
        """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: workspace}
        spec:
          accessModes: [ReadWriteOnce]
          resources: {requests: {storage: 1Gi}}
        """);

    fixture.createPod(
        "reader",
        """
        restartPolicy: Never
        volumes:
        - {name: plan, configMap: {name: plan}}
        - {name: workspace, persistentVolumeClaim: {claimName: workspace}}
        - {name: scratch, emptyDir: {}}
        - name: about
          downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
        containers:
        - name: main
          image: shell:1
          command: [sh, -c]
          args:
          - |
            set -e
            cat /etc/plan/plan.json /etc/about/labels
            echo " $MODE $TOKEN $WHO $LIMIT $MIXED $ALL_mode $NODE"
            touch /scratch/x && test -e "$SCRATCH"/x
            echo result >/workspace/runs/out.txt
            echo done >/dev/termination-log
          resources: {limits: {cpu: 1500m}}
          envFrom: [{prefix: ALL_, configMapRef: {name: plan}}]
          env:
          - {name: MODE, valueFrom: {configMapKeyRef: {name: plan, key: mode}}}
          - {name: TOKEN, valueFrom: {secretKeyRef: {name: token, key: key}}}
          - {name: WHO, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
          - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
          - {name: LIMIT, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
          - {name: MIXED, value: "$(MODE)-$(WHO)"}
          - {name: SCRATCH, value: /scratch}
          volumeMounts:
          - {name: plan, mountPath: /etc/plan}
          - {name: about, mountPath: /etc/about}
          - {name: workspace, mountPath: /workspace/runs, subPath: runs}
          - {name: scratch, mountPath: /scratch}
        """);

    var pod = fixture.awaitPhase("reader", "Succeeded");
    assertThat(fixture.log(pod))
        .isEqualTo("{}app=\"reader\" fast secret reader 2 fast-reader fast local\n");
    assertThat(ClusterFixture.end(pod).getMessage()).isEqualTo("done\n");
    assertThat(
            Files.readString(
                fixture.cluster().volumeFolder("default", "workspace").resolve("runs/out.txt")))
        .isEqualTo("result\n");
  }

  @Test
  void processSeesNothingOfTheEnvironmentItsPodDoesNotName() {
    fixture.createPod(
        "bare",
        """
        restartPolicy: Never
        containers: [{name: main, image: shell, command: [sh, -c, "env | cut -d= -f1 | sort | tr '\\\\n' ' '"]}]
        """);

    var log = fixture.log(fixture.awaitPhase("bare", "Succeeded"));

    assertThat(log).isEqualTo("HOME HOSTNAME HOSTS_FILE LANG PATH PWD TERMINATION_LOG ");
  }

  @Test
  void deletedPodGetsItsGraceToEndInOrder() {
    fixture.createPod(
        "graceful",
        """
        restartPolicy: Never
        terminationGracePeriodSeconds: 20
        containers:
        - name: main
          image: shell
          command: [sh, -c]
          args: ["trap 'echo saved > %s; exit 75' TERM; echo up; while true; do sleep 0.1; done"]
        """
            .formatted(folder.resolve("saved")));
    fixture.awaitPod("graceful", "has its trap", pod -> hasLogged(pod, "up"));

    fixture.client().pods().inNamespace("default").withName("graceful").delete();

    await("the pod is gone")
        .atMost(Duration.ofSeconds(15))
        .until(() -> fixture.pod("graceful") == null);
    assertThat(folder.resolve("saved")).hasContent("saved");
  }

  private static boolean hasLogged(Pod pod, String text) {
    return "Running".equals(pod.getStatus().getPhase()) && fixture.log(pod).contains(text);
  }

  @Test
  void podThatIgnoresItsEndIsKilledWithAllItsChildren() throws Exception {
    fixture.createPod(
        "stubborn",
        """
        restartPolicy: Never
        terminationGracePeriodSeconds: 1
        containers:
        - name: main
          image: shell
          command: [sh, -c, "trap '' TERM; sh -c 'trap \\"\\" TERM; echo child $$$$; sleep 300' & wait"]
        """);
    var pod = fixture.awaitPod("stubborn", "has a child", p -> hasLogged(p, "child"));
    var child = Long.parseLong(fixture.log(pod).strip().substring("child ".length()));

    fixture.client().pods().inNamespace("default").withName("stubborn").delete();

    await("the pod is gone")
        .atMost(Duration.ofSeconds(15))
        .until(() -> fixture.pod("stubborn") == null);
    await("its child too")
        .until(() -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void containerEndedBySignalReportsItAsShellsDo() {
    fixture.createPod(
        "signalled",
        "restartPolicy: Never\ncontainers: [{name: main, image: shell, command: [sh, -c, 'kill -9 $$$$']}]");

    assertThat(ClusterFixture.end(fixture.awaitPhase("signalled", "Failed")).getExitCode())
        .isEqualTo(137);
  }

  @Test
  void followedLogEndsWithItsContainer() throws Exception {
    fixture.createPod(
        "talker",
        """
        restartPolicy: Never
        containers:
        - {name: main, image: shell, command: [sh, -c, "for i in 1 2 3; do echo line $i; sleep 0.3; done"]}
        """);
    fixture.awaitPod("talker", "talks", pod -> hasLogged(pod, "line 1"));

    String followed;
    try (var watch = fixture.client().pods().inNamespace("default").withName("talker").watchLog()) {
      followed =
          new String(watch.getOutput().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }

    assertThat(followed).isEqualTo("line 1\nline 2\nline 3\n");
    var tail =
        fixture.client().pods().inNamespace("default").withName("talker").tailingLines(1).getLog();
    assertThat(tail).isEqualTo("line 3\n");
  }

  @Test
  void initContainersRunInOrderBeforeTheOthers() {
    fixture.createPod(
        "prepared",
        """
        restartPolicy: Never
        volumes: [{name: shared, emptyDir: {}}]
        initContainers:
        - {name: one, image: shell, command: [sh, -c, "echo 1 >>/shared/f"], volumeMounts: &m [{name: shared, mountPath: /shared}]}
        - {name: two, image: shell, command: [sh, -c, "echo 2 >>/shared/f"], volumeMounts: *m}
        containers:
        - {name: main, image: shell, command: [cat, /shared/f], volumeMounts: *m}
        """);

    var pod = fixture.awaitPhase("prepared", "Succeeded");

    assertThat(fixture.log(pod)).isEqualTo("1\n2\n");
  }

  @Test
  void restartedContainerCountsItsRestartsUntilItSucceeds() {
    var marker = folder.resolve("second-time");
    fixture.createPod(
        "restarted",
        """
        restartPolicy: OnFailure
        containers:
        - {name: main, image: shell, command: [sh, -c, "if [ ! -e %s ]; then touch %s; exit 1; fi"]}
        """
            .formatted(marker, marker));

    var pod = fixture.awaitPhase("restarted", "Succeeded");

    assertThat(pod.getStatus().getContainerStatuses().getFirst().getRestartCount()).isEqualTo(1);
    assertThat(
            pod.getStatus()
                .getContainerStatuses()
                .getFirst()
                .getLastState()
                .getTerminated()
                .getExitCode())
        .isEqualTo(1);
  }

  @Test
  void readinessFollowsItsProbeAndLivenessRestarts() throws Exception {
    var ready = folder.resolve("ready");
    var alive = Files.createFile(folder.resolve("alive"));
    fixture.createPod(
        "probed",
        """
        containers:
        - name: main
          image: shell
          command: [sh, -c, "exec sleep 300"]
          readinessProbe: {exec: {command: [test, -e, %s]}, periodSeconds: 1}
          livenessProbe:
            exec: {command: [test, -e, %s]}
            periodSeconds: 1
            failureThreshold: 2
            terminationGracePeriodSeconds: 1
        """
            .formatted(ready, alive));
    fixture.awaitPod("probed", "runs but is not ready", isReady(false));

    Files.createFile(ready);
    fixture.awaitPod("probed", "is ready", isReady(true));
    Files.delete(alive);
    fixture.awaitPod(
        "probed",
        "is restarted",
        pod -> pod.getStatus().getContainerStatuses().getFirst().getRestartCount() > 0);

    assertThat(fixture.events("probed", "Killing"))
        .contains("Container main failed liveness probe, will be restarted");
    fixture.deletePod("probed");
  }

  @Test
  void podsListenOnTheSamePortAtTheirOwnAddresses() throws IOException {
    var server = folder.resolve("Server.java");
    Files.writeString(
        server,
        """
        public class Server {
          public static void main(String[] arguments) throws Exception {
            var address = new java.net.InetSocketAddress(System.getenv("POD_IP"), 18090);
            var server = com.sun.net.httpserver.HttpServer.create(address, 0);
            server.createContext("/livez", exchange -> {
              exchange.sendResponseHeaders(204, -1);
              exchange.close();
            });
            server.start();
          }
        }
        """);
    for (var name : new String[] {"web-a", "web-b"}) {
      fixture.createPod(
          name,
          """
          terminationGracePeriodSeconds: 2
          containers:
          - name: main
            image: shell
            command: ["%s/bin/java", "-Xmx32m", "%s"]
            ports: [{name: status, containerPort: 18090}]
            env: [{name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
            startupProbe: {httpGet: {path: /livez, port: status}, periodSeconds: 1, failureThreshold: 30}
            readinessProbe: {httpGet: {path: /livez, port: status}, periodSeconds: 1}
          """
              .formatted(System.getProperty("java.home"), server));
    }

    var one = fixture.awaitPod("web-a", "is ready", isReady(true));
    var other = fixture.awaitPod("web-b", "is ready", isReady(true));

    assertThat(one.getStatus().getPodIP()).isNotEqualTo(other.getStatus().getPodIP());
    fixture.deletePod("web-a");
    fixture.deletePod("web-b");
  }

  @Test
  void podsFindEachOtherByHostNameAndSubdomain() {
    fixture.createPod(
        "named",
        """
        hostname: first
        subdomain: group
        terminationGracePeriodSeconds: 1
        containers: [{name: main, image: shell, command: [sh, -c, "exec sleep 300"]}]
        """);
    var named = fixture.awaitPod("named", "is ready", isReady(true));

    fixture.createPod(
        "asking",
        """
        restartPolicy: Never
        containers:
        - name: main
          image: shell
          command: [sh, -c, 'grep -w first.group "$HOSTS_FILE"']
        """);

    var asking = fixture.awaitPhase("asking", "Succeeded");
    var address = named.getStatus().getPodIP();
    assertThat(fixture.log(asking))
        .isEqualTo(
            "%s first.group first.group.default first.group.default.svc first.group.default.svc.cluster.local\n"
                .formatted(address));
    fixture.deletePod("named");
  }

  @Test
  void closedClusterLeavesNoProcessBehind(@TempDir Path other) throws Exception {
    long child;
    try (var shortLived = ClusterFixture.start(other)) {
      shortLived.create(
          Pod.class,
          """
          apiVersion: v1
          kind: Pod
          metadata: {name: left, namespace: default}
          spec: {containers: [{name: main, image: shell, command: [sh, -c, "echo $$$$; exec sleep 300"]}]}
          """);
      var pod =
          shortLived.awaitPod(
              "left",
              "runs",
              p -> "Running".equals(p.getStatus().getPhase()) && !shortLived.log(p).isEmpty());
      child = Long.parseLong(shortLived.log(pod).strip());
      assertThat(ProcessHandle.of(child)).isPresent();
    }

    assertThat(ProcessHandle.of(child).filter(ProcessHandle::isAlive)).isEmpty();
  }
}
