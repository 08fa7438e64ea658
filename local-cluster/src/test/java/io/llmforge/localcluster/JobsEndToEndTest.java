package io.llmforge.localcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose pods are processes of this machine. */
final class JobsEndToEndTest {
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

  private static String job(String name, String spec, String podSpec, String script) {
    return """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: %s, namespace: default}
        spec:
        %s
          template:
            spec:
              restartPolicy: Never
        %s
              containers:
              - name: main
                image: shell:1
                command: [sh, -c]
                args:
                - |
        %s
        """
        .formatted(
            name,
            spec.indent(2).stripTrailing(),
            podSpec.indent(6).stripTrailing(),
            script.indent(10));
  }

  @Test
  void indexedJobRetriesThePodThatFailedAndCompletes() {
    var marker = folder.resolve("failed-once");

    fixture.create(
        Job.class,
        job(
            "retried",
            "completionMode: Indexed\ncompletions: 3\nparallelism: 2\nbackoffLimit: 2",
            "",
            """
            echo index $JOB_COMPLETION_INDEX on $HOSTNAME
            if [ $JOB_COMPLETION_INDEX = 1 ] && [ ! -e %s ]; then touch %s; exit 7; fi
            """
                .formatted(marker, marker)));

    var finished = fixture.awaitJob("retried", "completes", ClusterFixture.has("Complete"));
    assertThat(finished.getStatus().getSucceeded()).isEqualTo(3);
    assertThat(finished.getStatus().getFailed()).isEqualTo(1);
    assertThat(finished.getStatus().getCompletedIndexes()).isEqualTo("0-2");
    assertThat(finished.getStatus().getCompletionTime()).isNotNull();
    assertThat(fixture.podsOf("retried")).hasSize(4);
    assertThat(fixture.podsOf("retried").stream().map(fixture::log))
        .contains("index 2 on retried-2\n");
    await("events tell what was done")
        .untilAsserted(
            () -> {
              assertThat(fixture.events("retried", "SuccessfulCreate")).hasSize(4);
              assertThat(fixture.events("retried", "Completed")).containsExactly("Job completed");
            });
  }

  @Test
  void exitCodeThatThePolicyNamesFailsTheJobAtOnce() {
    fixture.create(
        Job.class,
        job(
            "fatal",
            """
            completionMode: Indexed
            completions: 2
            parallelism: 2
            backoffLimit: 6
            podFailurePolicy:
              rules:
              - action: FailJob
                onExitCodes: {containerName: main, operator: In, values: [65]}""",
            "terminationGracePeriodSeconds: 5",
            "if [ $JOB_COMPLETION_INDEX = 0 ]; then exit 65; fi; sleep 60"));

    var failed = fixture.awaitJob("fatal", "fails", ClusterFixture.has("Failed"));
    var condition =
        failed.getStatus().getConditions().stream()
            .filter(c -> c.getType().equals("Failed"))
            .findFirst()
            .orElseThrow();
    assertThat(condition.getReason()).isEqualTo("PodFailurePolicy");
    assertThat(condition.getMessage())
        .matches(
            "Container main for pod default/fatal-0-\\w+ failed with exit code 65 matching FailJob"
                + " rule at index 0");
    assertThat(failed.getStatus().getActive()).isIn(null, 0);
    assertThat(ClusterFixture.has("FailureTarget").test(failed)).isTrue();
  }

  @Test
  void successPolicyEndsTheJobWithTheOtherIndexesStillRunning() {
    fixture.create(
        Job.class,
        job(
            "leader",
            """
            completionMode: Indexed
            completions: 3
            parallelism: 3
            successPolicy: {rules: [{succeededIndexes: "0"}]}""",
            "terminationGracePeriodSeconds: 5",
            "if [ $JOB_COMPLETION_INDEX != 0 ]; then sleep 60; fi"));

    var complete = fixture.awaitJob("leader", "completes", ClusterFixture.has("Complete"));
    assertThat(complete.getStatus().getConditions())
        .extracting(c -> c.getType() + " " + c.getReason())
        .contains("SuccessCriteriaMet SuccessPolicy", "Complete SuccessPolicy");
    assertThat(complete.getStatus().getCompletedIndexes()).isEqualTo("0");
    assertThat(complete.getStatus().getFailed()).isIn(null, 0);
  }

  @Test
  void suspendedJobLetsItsPodsGoAndResumedOneStartsThemAgain() {
    fixture.create(
        Job.class,
        job(
            "paused",
            "parallelism: 1",
            "terminationGracePeriodSeconds: 5",
            "trap 'exit 0' TERM; while [ ! -e %s ]; do sleep 0.1; done"
                .formatted(folder.resolve("go"))));
    fixture.awaitJob(
        "paused", "runs", job -> Integer.valueOf(1).equals(job.getStatus().getReady()));

    setSuspend("paused", true);

    fixture.awaitJob("paused", "is suspended", ClusterFixture.has("Suspended"));
    await("its pods are gone").until(() -> fixture.podsOf("paused").isEmpty());
    setSuspend("paused", false);
    fixture.awaitJob(
        "paused", "runs", job -> Integer.valueOf(1).equals(job.getStatus().getReady()));
    create(folder.resolve("go"));
    var complete = fixture.awaitJob("paused", "completes", ClusterFixture.has("Complete"));
    assertThat(complete.getStatus().getFailed()).isIn(null, 0);
  }

  private static void setSuspend(String name, boolean suspend) {
    fixture
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace("default")
        .withName(name)
        .edit(
            job -> {
              job.getSpec().setSuspend(suspend);
              return job;
            });
  }

  private static void create(Path file) {
    try {
      Files.createFile(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void jobPastItsDeadlineFails() {
    fixture.create(
        Job.class,
        job(
            "late",
            "activeDeadlineSeconds: 1",
            "terminationGracePeriodSeconds: 5",
            "exec sleep 60"));

    var failed = fixture.awaitJob("late", "fails", ClusterFixture.has("Failed"));
    assertThat(failed.getStatus().getConditions())
        .extracting(c -> c.getReason())
        .containsOnly("DeadlineExceeded");
  }

  @Test
  void jobWithTimeToLiveDisappearsWithItsPods() {
    // Times are whole seconds, so a second to live may be over at once: only a watch surely sees
    // it.
    var completed = new CountDownLatch(1);
    var jobs = fixture.client().batch().v1().jobs().inNamespace("default").withName("short");
    var watch = jobs.watch(new CompletionWatcher(completed));
    try {
      fixture.create(Job.class, job("short", "ttlSecondsAfterFinished: 1", "", "true"));

      await("the job completes")
          .atMost(ClusterFixture.PATIENCE)
          .until(() -> completed.getCount() == 0);
      await("the job is deleted")
          .atMost(Duration.ofSeconds(20))
          .until(() -> fixture.job("short") == null && fixture.podsOf("short").isEmpty());
    } finally {
      watch.close();
    }
  }

  private record CompletionWatcher(CountDownLatch completed) implements Watcher<Job> {
    @Override
    public void eventReceived(Action action, Job job) {
      if (job.getStatus() != null && ClusterFixture.has("Complete").test(job)) {
        completed.countDown();
      }
    }

    @Override
    public void onClose(WatcherException cause) {}
  }

  @Test
  void deletedJobTakesItsRunningPodsAlong() {
    fixture.create(
        Job.class,
        job("doomed", "parallelism: 1", "terminationGracePeriodSeconds: 5", "exec sleep 60"));
    fixture.awaitJob(
        "doomed", "runs", job -> Integer.valueOf(1).equals(job.getStatus().getReady()));

    fixture
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace("default")
        .withName("doomed")
        .withPropagationPolicy(io.fabric8.kubernetes.api.model.DeletionPropagation.BACKGROUND)
        .delete();

    await("the pods are collected")
        .atMost(Duration.ofSeconds(20))
        .until(() -> fixture.podsOf("doomed").isEmpty());
  }

  @Test
  void podsBeyondTheNumberOfAcceleratorsWait() {
    var gpus = "nodeSelector: {kubernetes.io/hostname: local}";
    fixture.create(
        Job.class,
        job(
                "gpus",
                "completionMode: Indexed\ncompletions: 3\nparallelism: 3",
                gpus,
                "while [ ! -e %s ]; do sleep 0.1; done".formatted(folder.resolve("gpus-free")))
            + "        resources: {limits: {nvidia.com/gpu: 4}}\n");

    await("two pods run and one waits")
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                fixture.podsOf("gpus").stream().filter(JobsEndToEndTest::isRunning).count() == 2
                    && fixture.podsOf("gpus").stream().anyMatch(JobsEndToEndTest::lacksDevices));
    create(folder.resolve("gpus-free"));
    fixture.awaitJob("gpus", "completes", ClusterFixture.has("Complete"));
  }

  private static boolean isRunning(Pod pod) {
    return pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase());
  }

  private static boolean lacksDevices(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(
                c ->
                    "Unschedulable".equals(c.getReason())
                        && c.getMessage().contains("1 Insufficient nvidia.com/gpu"));
  }
}
