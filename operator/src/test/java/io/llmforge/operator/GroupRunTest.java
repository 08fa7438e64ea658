package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.plan.FailureCode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two pods that train together, one attempt, whatever happens to either of them. */
@Tag("cluster")
class GroupRunTest {

  /** What a rank does that never notices anything, until it is told to end. */
  private static final String WAITS =
      """
      trap 'exit 82' TERM
      sleep 300 &
      wait
      """;

  @RegisterExtension static final ClusterWithOperator cluster = new ClusterWithOperator();

  private final KubernetesClient client = cluster.client();
  private final FineTuneJobs jobs = cluster.jobs();
  private final FakeTrainer trainer = cluster.trainer();

  /** As many pods as devices, each with its rank, and all with a way to the first. */
  @Test
  void everyDeviceIsAPodThatKnowsItsRankAndFindsTheFirst() {
    trainer.on(
        "pair",
        1,
        1,
        """
        until grep -q -w -F "$MASTER_ADDR" "$HOSTS_FILE"; do sleep 0.1; done
        [ "$WORLD_SIZE-$MASTER_PORT" = 2-29500 ] || exit 64
        case $HOSTNAME in *-"$RANK") ;; *) exit 64 ;; esac
        [ -n "$LLMFORGE_GROUP_KEY" ] || exit 64
        """
            + FakeTrainer.completes());

    jobs.apply("pair", twoDevices());
    FineTuneJobStatus status = jobs.awaitPhase("pair", Phase.Succeeded);

    assertThat(status.outputs()).singleElement().hasFieldOrPropertyWithValue("name", "result");
    assertThat(pods("pair-1-train-1"))
        .extracting(pod -> pod.getSpec().getHostname())
        .containsExactlyInAnyOrder("pair-1-train-1-0", "pair-1-train-1-1");
  }

  @Test
  void rankThatCannotBeHelpedFailsTheRunWithItsWords() {
    trainer.on(
        "blame",
        1,
        1,
        "[ $RANK = 0 ] && { %s }\n".formatted(WAITS)
            + FakeTrainer.fails(FailureCode.DATASET_INVALID, "train.jsonl line 3: no role"));

    jobs.apply("blame", twoDevices());
    FineTuneJobStatus status = jobs.awaitPhase("blame", Phase.Failed);

    assertThat(status.failure().reason()).isEqualTo("DatasetInvalid");
    assertThat(status.failure().message()).startsWith("rank 1 of 2: train.jsonl line 3");
    assertThat(status.failure().exitCode()).isEqualTo(65);
  }

  @Test
  void lostRankStartsTheWholeGroupAgain() {
    trainer.on(
        "again",
        1,
        1,
        "[ $RANK = 0 ] && { %s }\n".formatted(WAITS)
            + FakeTrainer.fails(FailureCode.INTERNAL_ERROR, "a mistake"));
    trainer.on("again", 1, 2, FakeTrainer.completes());

    jobs.apply("again", twoDevices());
    FineTuneJobStatus status = jobs.awaitPhase("again", Phase.Succeeded);

    assertThat(status.run().attempt()).isEqualTo(2);
    assertThat(pods("again-1-train-2")).hasSize(2);
  }

  private static ObjectNode twoDevices() {
    return JobFixture.config().put("num_devices", 2);
  }

  private List<Pod> pods(String job) {
    return client
        .pods()
        .inNamespace(client.getNamespace())
        .withLabel("batch.kubernetes.io/job-name", job)
        .list()
        .getItems();
  }
}
