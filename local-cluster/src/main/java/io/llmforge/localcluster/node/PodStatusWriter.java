package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIPBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.node.PodStatusRules.Facts;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Tells the API server how a pod is. A pod that is gone, or is another one by now, is left alone.
 */
final class PodStatusWriter {
  private static final System.Logger LOG = System.getLogger(PodStatusWriter.class.getName());
  private static final String NODE_ADDRESS = "127.0.0.1";
  private static final int MOST_TRIES = 8;
  private static final Backoff BETWEEN_TRIES =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  private final KubernetesClient client;
  private final Clock clock;
  private final StopSignal agentCloses;

  PodStatusWriter(KubernetesClient client, Clock clock, StopSignal agentCloses) {
    this.client = client;
    this.clock = clock;
    this.agentCloses = agentCloses;
  }

  void write(Pod pod, String address, Facts facts) {
    for (var tries = 1; !agentCloses.isGiven(); tries++) {
      try {
        writeOnce(pod, address, facts);
        return;
      } catch (KubernetesClientException e) {
        if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND || agentCloses.isGiven()) {
          return;
        }
        if (tries == MOST_TRIES) {
          LOG.log(Level.WARNING, "status of pod=" + pod.getMetadata().getName() + " is lost", e);
          return;
        }
      }
      if (pausedUntilClosed(tries)) {
        return;
      }
    }
  }

  private boolean pausedUntilClosed(int tries) {
    try {
      return agentCloses.within(BETWEEN_TRIES.after(tries));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void writeOnce(Pod pod, String address, Facts facts) {
    client
        .pods()
        .inNamespace(pod.getMetadata().getNamespace())
        .withName(pod.getMetadata().getName())
        .editStatus(
            live ->
                live.getMetadata().getUid().equals(pod.getMetadata().getUid())
                    ? new PodBuilder(live).withStatus(status(live, address, facts)).build()
                    : live);
  }

  private PodStatus status(Pod live, String address, Facts facts) {
    var now = Instant.now(clock).truncatedTo(ChronoUnit.SECONDS);
    var before = live.getStatus() == null ? new PodStatus() : live.getStatus();
    var derived = PodStatusRules.status(before, facts, now);
    return new PodStatusBuilder(derived)
        .withHostIP(NODE_ADDRESS)
        .withPodIP(address)
        .withPodIPs(new PodIPBuilder().withIp(address).build())
        .withStartTime(before.getStartTime() == null ? now.toString() : before.getStartTime())
        .build();
  }
}
