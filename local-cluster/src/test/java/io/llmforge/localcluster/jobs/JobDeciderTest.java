package io.llmforge.localcluster.jobs;

import static io.llmforge.localcluster.jobs.JobFixture.NOW;
import static io.llmforge.localcluster.jobs.JobFixture.aJob;
import static io.llmforge.localcluster.jobs.JobFixture.failed;
import static io.llmforge.localcluster.jobs.JobFixture.released;
import static io.llmforge.localcluster.jobs.JobFixture.running;
import static io.llmforge.localcluster.jobs.JobFixture.succeeded;
import static io.llmforge.localcluster.jobs.JobFixture.terminating;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JobDeciderTest {
  private static final String THREE_INDEXES =
      "completionMode: Indexed\ncompletions: 3\nparallelism: 2\n";

  private static List<Integer> indexes(List<Pod> pods) {
    return pods.stream().map(JobPods::index).toList();
  }

  private static List<String> names(List<Pod> pods) {
    return pods.stream().map(pod -> pod.getMetadata().getName()).toList();
  }

  private static List<String> conditions(JobStatus status) {
    return status.getConditions().stream()
        .map(c -> c.getType() + "=" + c.getStatus() + " " + c.getReason())
        .toList();
  }

  @Test
  void indexedJobStartsTheLowestIndexesUpToItsParallelism() {
    var decision = aJob(THREE_INDEXES).proceed();

    assertThat(indexes(decision.create())).containsExactly(0, 1);
    assertThat(decision.status().getActive()).isEqualTo(2);
  }

  @Test
  void podOfAnIndexHasItsStableNameAndKnowsItsIndex() {
    var pod = aJob(THREE_INDEXES).proceed().create().getLast();

    assertThat(pod.getMetadata().getGenerateName()).isEqualTo("train-1-");
    assertThat(pod.getSpec().getHostname()).isEqualTo("train-1");
    assertThat(pod.getMetadata().getLabels()).containsEntry(JobPods.COMPLETION_INDEX, "1");
    assertThat(pod.getSpec().getContainers().getFirst().getEnv())
        .extracting(e -> e.getName())
        .containsExactly("JOB_COMPLETION_INDEX");
    assertThat(pod.getMetadata().getOwnerReferences().getFirst().getUid()).isEqualTo("u");
  }

  @Test
  void completedAndTakenIndexesAreNotStartedAgain() {
    var decision = aJob(THREE_INDEXES).with(succeeded("a", 0)).with(running("b", 1)).proceed();

    assertThat(indexes(decision.create())).containsExactly(2);
    assertThat(decision.status().getCompletedIndexes()).isEqualTo("0");
    assertThat(decision.status().getReady()).isEqualTo(1);
  }

  @Test
  void jobCompletesOnlyWhenItsPodsAreCounted() {
    var job = aJob("completions: 1\nparallelism: 1").with(succeeded("a", -1));

    var announced = job.proceed();
    var concluded = job.thenWith(announced, released(succeeded("a", -1)).build()).proceed();

    assertThat(conditions(announced.status()))
        .containsExactly("SuccessCriteriaMet=True CompletionsReached");
    assertThat(announced.status().getUncountedTerminatedPods().getSucceeded())
        .containsExactly("uid-a");
    assertThat(conditions(concluded.status())).contains("Complete=True CompletionsReached");
    assertThat(concluded.status().getSucceeded()).isEqualTo(1);
    assertThat(concluded.status().getCompletionTime()).isEqualTo(NOW.toString());
    assertThat(concluded.events()).extracting(e -> e.reason()).containsExactly("Completed");
  }

  @Test
  void failedPodIsReplacedOnlyAfterTheBackoff() {
    var early = aJob("backoffLimit: 3").with(failed("a", -1, 1)).at(NOW.minusSeconds(15));
    var later = aJob("backoffLimit: 3").with(failed("a", -1, 1)).at(NOW);

    assertThat(early.proceed().create()).isEmpty();
    assertThat(early.proceed().lookAgainAfter()).contains(Duration.ofSeconds(5));
    assertThat(later.proceed().create()).hasSize(1);
  }

  @Test
  void podIsNeitherLostNorCountedTwiceWhenItDisappearsEarly() {
    var job = aJob("backoffLimit: 3").with(failed("a", -1, 1));

    var first = job.proceed();
    var second = job.thenWith(first).proceed();
    var third = job.thenWith(second).proceed();

    assertThat(first.status().getFailed()).isZero();
    assertThat(names(first.release())).containsExactly("a");
    assertThat(second.status().getFailed()).isEqualTo(1);
    assertThat(third.status().getFailed()).isEqualTo(1);
  }

  @Test
  void oneFailureTooManyEndsTheJobAndItsOtherPods() {
    var job = aJob("parallelism: 2\ncompletions: 2\nbackoffLimit: 0");

    var ending = job.with(failed("a", -1, 1)).with(running("b", -1)).proceed();
    var over =
        job.thenWith(ending, released(failed("a", -1, 1)).build(), failed("b", -1, 143).build())
            .proceed();

    assertThat(names(ending.delete())).containsExactly("b");
    assertThat(conditions(ending.status()))
        .containsExactly("FailureTarget=True BackoffLimitExceeded");
    assertThat(conditions(over.status())).doesNotContain("Failed=True BackoffLimitExceeded");
    var last =
        job.thenWith(
                over, released(failed("a", -1, 1)).build(), released(failed("b", -1, 1)).build())
            .proceed();
    assertThat(conditions(last.status())).contains("Failed=True BackoffLimitExceeded");
    assertThat(last.status().getFailed()).isEqualTo(2);
    assertThat(last.status().getCompletionTime()).isNull();
    assertThat(last.events().getFirst().isWarning()).isTrue();
  }

  @Test
  void failJobRuleEndsTheJobWithItsMessage() {
    var job =
        aJob("""
                backoffLimit: 6
                podFailurePolicy:
                  rules:
                  - {action: FailJob, onExitCodes: {operator: In, values: [42]}}""")
            .with(failed("a", -1, 42));

    var condition = job.proceed().status().getConditions().getFirst();

    assertThat(condition.getType()).isEqualTo("FailureTarget");
    assertThat(condition.getReason()).isEqualTo("PodFailurePolicy");
    assertThat(condition.getMessage())
        .isEqualTo(
            "Container main for pod default/a failed with exit code 42 matching FailJob rule at"
                + " index 0");
  }

  @Test
  void ignoredFailureIsReplacedWithoutCounting() {
    var job =
        aJob("""
                backoffLimit: 0
                podFailurePolicy:
                  rules:
                  - {action: Ignore, onPodConditions: [{type: DisruptionTarget}]}""")
            .with(
                failed("a", -1, 143)
                    .editStatus()
                    .addNewCondition()
                    .withType("DisruptionTarget")
                    .withStatus("True")
                    .endCondition()
                    .endStatus());

    var decision = job.proceed();

    assertThat(decision.create()).hasSize(1);
    assertThat(names(decision.release())).containsExactly("a");
    assertThat(decision.status().getUncountedTerminatedPods().getFailed()).isEmpty();
  }

  @Test
  void policyMakesReplacementsWaitUntilThePodIsGone() {
    var policy =
        """
        podFailurePolicy:
          rules:
          - {action: FailJob, onExitCodes: {operator: In, values: [42]}}""";

    var waiting = aJob("backoffLimit: 6\n" + policy).with(terminating("a", -1)).proceed();
    var hasty =
        aJob("backoffLimit: 6").with(terminating("a", -1)).at(NOW.plusSeconds(60)).proceed();

    assertThat(waiting.create()).isEmpty();
    assertThat(waiting.status().getTerminating()).isEqualTo(1);
    assertThat(hasty.create()).hasSize(1);
  }

  @Test
  void indexIsRetriedOnItsOwnAndHandsItsCountOn() {
    var job =
        aJob("completionMode: Indexed\ncompletions: 2\nparallelism: 2\nbackoffLimitPerIndex: 1")
            .with(failed("a", 0, 1))
            .with(running("b", 1));

    var decision = job.proceed();

    assertThat(indexes(decision.create())).containsExactly(0);
    assertThat(decision.create().getFirst().getMetadata().getAnnotations())
        .containsEntry(JobPods.INDEX_FAILURE_COUNT, "1");
    assertThat(decision.release()).isEmpty();
  }

  @Test
  void indexThatFailedTooOftenFailsTheJobWhenTheOthersAreDone() {
    var spec = "completionMode: Indexed\ncompletions: 2\nparallelism: 2\nbackoffLimitPerIndex: 1";
    var last =
        failed("a", 0, 1)
            .editMetadata()
            .addToAnnotations(JobPods.INDEX_FAILURE_COUNT, "1")
            .endMetadata();

    var whileOthersRun = aJob(spec).with(last).with(running("b", 1)).proceed();
    var afterwards = aJob(spec).with(last).with(succeeded("b", 1)).proceed();

    assertThat(whileOthersRun.create()).isEmpty();
    assertThat(whileOthersRun.status().getFailedIndexes()).isEqualTo("0");
    assertThat(whileOthersRun.status().getConditions()).isEmpty();
    assertThat(conditions(afterwards.status())).containsExactly("FailureTarget=True FailedIndexes");
  }

  @Test
  void failIndexRuleSparesTheRetriesAndMaxFailedIndexesEndsTheJob() {
    var job =
        aJob("""
                completionMode: Indexed
                completions: 4
                parallelism: 4
                backoffLimitPerIndex: 5
                maxFailedIndexes: 0
                podFailurePolicy:
                  rules:
                  - {action: FailIndex, onExitCodes: {operator: In, values: [65]}}""")
            .with(failed("a", 2, 65))
            .with(running("b", 0));

    var decision = job.proceed();

    assertThat(decision.status().getFailedIndexes()).isEqualTo("2");
    assertThat(conditions(decision.status()))
        .containsExactly("FailureTarget=True MaxFailedIndexesExceeded");
    assertThat(names(decision.delete())).containsExactly("b");
  }

  @Test
  void successPolicyEndsTheJobAndDoesNotCountTheRestAsFailed() {
    var job =
        aJob(THREE_INDEXES + "successPolicy: {rules: [{succeededIndexes: '0'}]}")
            .with(succeeded("a", 0))
            .with(running("b", 1));

    var decision = job.proceed();
    var stopped =
        job.thenWith(
                decision,
                released(succeeded("a", 0)).build(),
                failed("b", 1, 143)
                    .editMetadata()
                    .withDeletionTimestamp(NOW.toString())
                    .endMetadata()
                    .build())
            .proceed();

    assertThat(conditions(decision.status()))
        .containsExactly("SuccessCriteriaMet=True SuccessPolicy");
    assertThat(names(decision.delete())).containsExactly("b");
    assertThat(names(stopped.release())).containsExactly("b");
    assertThat(stopped.status().getUncountedTerminatedPods().getFailed()).isEmpty();
  }

  @Test
  void suspendedJobForgetsItsPodsAndResumingStartsTheClockAgain() {
    var suspended = aJob("suspend: true").with(running("a", -1)).proceed();
    var resumed = aJob("suspend: false").thenWith(suspended).proceed();

    assertThat(names(suspended.forget())).containsExactly("a");
    assertThat(suspended.events()).extracting(e -> e.reason()).containsExactly("Suspended");
    assertThat(conditions(suspended.status())).containsExactly("Suspended=True JobSuspended");
    assertThat(conditions(resumed.status())).containsExactly("Suspended=False JobResumed");
    assertThat(resumed.status().getStartTime()).isEqualTo(NOW.toString());
    assertThat(resumed.create()).hasSize(1);
  }

  @Test
  void lowerParallelismForgetsSurplusPods() {
    var decision =
        aJob("parallelism: 1\ncompletions: 5")
            .with(running("a", -1))
            .with(running("b", -1))
            .proceed();

    assertThat(names(decision.forget())).containsExactly("b");
    assertThat(decision.status().getActive()).isEqualTo(1);
  }

  @Test
  void deadlineIsLookedForwardToAndThenEndsTheJob() {
    var before = aJob("activeDeadlineSeconds: 100").with(running("a", -1)).proceed();
    var after = aJob("activeDeadlineSeconds: 60").with(running("a", -1)).proceed();

    assertThat(before.lookAgainAfter()).contains(Duration.ofSeconds(40));
    assertThat(conditions(after.status())).containsExactly("FailureTarget=True DeadlineExceeded");
  }

  @Test
  void finishedJobExpiresWhenItsTimeToLiveIsOver() {
    var job =
        aJob("ttlSecondsAfterFinished: 30")
            .withStatus(
                status ->
                    new JobStatusBuilder(status)
                        .addNewCondition()
                        .withType("Failed")
                        .withStatus("True")
                        .withLastTransitionTime(NOW.minusSeconds(20).toString())
                        .endCondition()
                        .build());

    assertThat(job.decide())
        .isEqualTo(new JobDecision.Rest(java.util.Optional.of(Duration.ofSeconds(10))));
    assertThat(job.at(NOW.plusSeconds(10)).decide()).isEqualTo(new JobDecision.Expire());
  }

  @Test
  void workQueueEndsWithItsFirstSuccessWhenNobodyWorksAnyMore() {
    var running = aJob("parallelism: 2").with(succeeded("a", -1)).with(running("b", -1)).proceed();
    var done = aJob("parallelism: 2").with(succeeded("a", -1)).with(succeeded("b", -1)).proceed();

    assertThat(running.create()).isEmpty();
    assertThat(running.status().getConditions()).isEmpty();
    assertThat(conditions(done.status()))
        .containsExactly("SuccessCriteriaMet=True CompletionsReached");
  }
}
