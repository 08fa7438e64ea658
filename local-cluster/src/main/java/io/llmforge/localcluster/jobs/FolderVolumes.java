package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.control.EachChange;
import io.llmforge.localcluster.control.KeyedWorkQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Provides a folder for every claim of one namespace, in a cluster that binds claims itself: a
 * PersistentVolume reserved for the claim, which goes with the claim. The folder stays.
 */
public final class FolderVolumes implements AutoCloseable {
  /** The label of these volumes; its value is the namespace of the claim. */
  public static final String LABEL = "llmforge.io/claim-namespace";

  private static final Backoff API_RETRY =
      new Backoff(Duration.ofMillis(50), Duration.ofSeconds(30));
  private static final String NAME_PREFIX = "llmforge-";

  private final KubernetesClient client;
  private final String namespace;
  private final Map<String, String> labels;
  private final VolumeFolders folders;
  private final KeyedWorkQueue queue;
  private final SharedIndexInformer<PersistentVolumeClaim> claims;

  /**
   * Provides nothing yet.
   *
   * @param labels of the volumes, beside the name of the namespace
   */
  public FolderVolumes(
      KubernetesClient client,
      String namespace,
      Map<String, String> labels,
      VolumeFolders folders) {
    this.client = client;
    this.namespace = namespace;
    this.labels = Map.copyOf(labels);
    this.folders = folders;
    this.queue = new KeyedWorkQueue("folder-volumes", API_RETRY, this::provide);
    this.claims = client.persistentVolumeClaims().inNamespace(namespace).runnableInformer(0);
  }

  public void start() {
    claims.addEventHandler(new EachChange<>(this::changed));
    claims.run();
  }

  // A claim that is gone can be asked for no more, but its volume is named after its uid.
  private void changed(PersistentVolumeClaim claim) {
    if (claims.getIndexer().getByKey(Cache.metaNamespaceKeyFunc(claim)) == null) {
      client.persistentVolumes().withName(volumeName(claim)).delete();
      return;
    }
    queue.add(Cache.metaNamespaceKeyFunc(claim));
  }

  private Optional<Duration> provide(String key) {
    var claim = claims.getIndexer().getByKey(key);
    if (claim == null
        || claim.getMetadata().getDeletionTimestamp() != null
        || claim.getSpec().getVolumeName() != null
        || client.persistentVolumes().withName(volumeName(claim)).get() != null) {
      return Optional.empty();
    }
    var folder = folders.of(namespace, claim.getMetadata().getName());
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder of claim " + key, e);
    }
    client.resource(volume(claim, folder)).create();
    return Optional.empty();
  }

  private static String volumeName(PersistentVolumeClaim claim) {
    return NAME_PREFIX + claim.getMetadata().getUid();
  }

  private PersistentVolume volume(PersistentVolumeClaim claim, Path folder) {
    var spec = claim.getSpec();
    return new PersistentVolumeBuilder()
        .withNewMetadata()
        .withName(volumeName(claim))
        .addToLabels(labels)
        .addToLabels(LABEL, claim.getMetadata().getNamespace())
        .endMetadata()
        .withNewSpec()
        .withCapacity(spec.getResources().getRequests())
        .withAccessModes(spec.getAccessModes())
        .withVolumeMode(spec.getVolumeMode())
        .withStorageClassName(spec.getStorageClassName())
        .withPersistentVolumeReclaimPolicy("Retain")
        .withClaimRef(
            new ObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("PersistentVolumeClaim")
                .withNamespace(claim.getMetadata().getNamespace())
                .withName(claim.getMetadata().getName())
                .withUid(claim.getMetadata().getUid())
                .build())
        .withNewHostPath(folder.toString(), "")
        .endSpec()
        .build();
  }

  @Override
  public void close() {
    claims.close();
    queue.close();
  }
}
