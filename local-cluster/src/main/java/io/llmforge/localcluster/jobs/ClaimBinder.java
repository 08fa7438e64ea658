package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.control.EachChange;
import io.llmforge.localcluster.control.EventRecorder;
import io.llmforge.localcluster.control.KeyedWorkQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Binds every claim to a folder of its own, at once and with the capacity it asks for (nothing
 * limits what is written). The folder outlives the claim: what was trained is not lost with the
 * object, and a claim of the same name finds it again.
 */
public final class ClaimBinder implements AutoCloseable {
  private static final Backoff API_RETRY =
      new Backoff(Duration.ofMillis(50), Duration.ofSeconds(30));

  private final KubernetesClient client;
  private final VolumeFolders folders;
  private final EventRecorder events;
  private final KeyedWorkQueue queue;
  private final SharedIndexInformer<PersistentVolumeClaim> claims;

  public ClaimBinder(KubernetesClient client, VolumeFolders folders, Clock clock) {
    this.client = client;
    this.folders = folders;
    this.events = new EventRecorder(client, "persistentvolume-controller", clock);
    this.queue = new KeyedWorkQueue("claim-binder", API_RETRY, this::bind);
    this.claims = client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0);
  }

  public void start() {
    claims.addEventHandler(new EachChange<>(claim -> queue.add(Cache.metaNamespaceKeyFunc(claim))));
    claims.run();
  }

  private Optional<Duration> bind(String key) {
    var claim = claims.getIndexer().getByKey(key);
    if (claim == null
        || claim.getMetadata().getDeletionTimestamp() != null
        || (claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase()))) {
      return Optional.empty();
    }
    var meta = claim.getMetadata();
    try {
      Files.createDirectories(folders.of(meta.getNamespace(), meta.getName()));
    } catch (IOException e) {
      events.record(claim, EventRecorder.Type.WARNING, "ProvisioningFailed", e.toString());
      throw new UncheckedIOException("cannot make the folder of claim " + key, e);
    }
    client.resource(bound(claim)).updateStatus();
    events.record(
        claim,
        EventRecorder.Type.NORMAL,
        "ProvisioningSucceeded",
        "Bound to folder " + folders.of(meta.getNamespace(), meta.getName()));
    return Optional.empty();
  }

  private static PersistentVolumeClaim bound(PersistentVolumeClaim claim) {
    var resources = claim.getSpec().getResources();
    return new PersistentVolumeClaimBuilder(claim)
        .withNewStatus()
        .withPhase("Bound")
        .withAccessModes(claim.getSpec().getAccessModes())
        .withCapacity(resources == null ? Map.of() : resources.getRequests())
        .endStatus()
        .build();
  }

  @Override
  public void close() {
    claims.close();
    queue.close();
  }
}
