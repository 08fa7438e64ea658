package io.llmforge.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.llmforge.localcluster.ClusterSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Watches: everything in order, each change once, from a version on. */
@Tag("cluster")
@SuppressWarnings("try") // The body needs the watch open, not the variable.
class WatchContractTest {
  @RegisterExtension static final ContractCluster CLUSTER = new ContractCluster();

  /** Writes down what a watch tells. */
  private static final class Notes implements Watcher<ConfigMap> {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<Long> versions = new CopyOnWriteArrayList<>();
    private final List<WatcherException> failures = new CopyOnWriteArrayList<>();

    @Override
    public void eventReceived(Action action, ConfigMap object) {
      lines.add(action + " " + object.getMetadata().getName());
      versions.add(Long.valueOf(object.getMetadata().getResourceVersion()));
    }

    @Override
    public void onClose(WatcherException cause) {
      failures.add(cause);
    }
  }

  private static ConfigMap configMap(String name, Map<String, String> labels) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(CLUSTER.namespace())
        .withLabels(labels)
        .endMetadata()
        .build();
  }

  private static Watch watch(String selector, String version, Notes notes) {
    return CLUSTER
        .client()
        .configMaps()
        .inNamespace(CLUSTER.namespace())
        .watch(
            new ListOptionsBuilder()
                .withLabelSelector(selector)
                .withResourceVersion(version)
                .build(),
            notes);
  }

  private static String currentVersion() {
    return CLUSTER
        .client()
        .configMaps()
        .inNamespace(CLUSTER.namespace())
        .list()
        .getMetadata()
        .getResourceVersion();
  }

  private static void awaitLines(Notes notes, String... lines) {
    Awaitility.await("events of the watch")
        .untilAsserted(() -> assertThat(notes.lines).containsExactly(lines));
  }

  @Test
  void lifeOfAnObjectIsToldInOrder() {
    Notes notes = new Notes();
    try (Watch watch = watch("life=1", currentVersion(), notes)) {
      ConfigMap object = CLUSTER.client().resource(configMap("life", Map.of("life", "1"))).create();
      object.setData(Map.of("a", "1"));
      CLUSTER.client().resource(object).update();
      CLUSTER.client().resource(object).delete();

      awaitLines(notes, "ADDED life", "MODIFIED life", "DELETED life");
      assertThat(notes.versions).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void objectThatLosesItsLabelIsDeletedForTheWatcher() {
    Notes notes = new Notes();
    try (Watch watch = watch("color=red", currentVersion(), notes)) {
      CLUSTER.client().resource(configMap("painted", Map.of("color", "red"))).create();
      CLUSTER.client().resource(configMap("painted", Map.of("color", "blue"))).update();
      CLUSTER.client().resource(configMap("painted", Map.of("color", "red"))).update();

      awaitLines(notes, "ADDED painted", "DELETED painted", "ADDED painted");
    }
  }

  @Test
  void watchFromAVersionReplaysWhatCameAfter() {
    String before = currentVersion();
    CLUSTER.client().resource(configMap("replayed", Map.of("replay", "1"))).create();
    Notes notes = new Notes();

    try (Watch watch = watch("replay=1", before, notes)) {
      awaitLines(notes, "ADDED replayed");
    }
  }

  @Test
  @DisabledIfSystemProperty(
      named = ClusterSource.PROPERTY,
      matches = ClusterSource.EXTERNAL,
      disabledReason = "a server that has started just now remembers every version")
  void versionOutOfReachEndsTheWatchAsGone() {
    Notes notes = new Notes();

    try (Watch watch = watch("gone=1", "1", notes)) {
      Awaitility.await("the watch ends")
          .untilAsserted(() -> assertThat(notes.failures).isNotEmpty());
    }

    assertThat(notes.failures.getFirst().isHttpGone()).isTrue();
  }

  @Test
  void parallelWritersAreSeenInOrderAndExactlyOnceByEveryWatcher() throws Exception {
    int writers = 4;
    int objectsEach = 25;
    List<Notes> all = List.of(new Notes(), new Notes(), new Notes());
    String start = currentVersion();
    List<Watch> watches = all.stream().map(notes -> watch("crowd=1", start, notes)).toList();
    try (var threads = Executors.newFixedThreadPool(writers)) {
      List<Future<?>> running = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        String prefix = "crowd-" + writer + "-";
        running.add(threads.submit(() -> createCrowd(prefix, objectsEach)));
      }
      for (Future<?> write : running) {
        write.get();
      }
    }

    for (Notes notes : all) {
      Awaitility.await("all events")
          .untilAsserted(() -> assertThat(notes.lines).hasSize(writers * objectsEach));
      assertThat(notes.versions).isSorted().doesNotHaveDuplicates();
      assertThat(notes.lines).doesNotHaveDuplicates().isEqualTo(all.getFirst().lines);
    }
    watches.forEach(Watch::close);
  }

  private static void createCrowd(String prefix, int count) {
    for (int index = 0; index < count; index++) {
      CLUSTER.client().resource(configMap(prefix + index, Map.of("crowd", "1"))).create();
    }
  }

  @Test
  void parallelIncrementsWithLocksLoseNothing() throws Exception {
    CLUSTER.client().resource(configMap("counter", Map.of())).create();
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> running = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        running.add(threads.submit(() -> increment(10)));
      }
      for (Future<?> write : running) {
        write.get();
      }
    }

    ConfigMap counter = CLUSTER.client().resource(configMap("counter", Map.of())).get();
    assertThat(counter.getData()).containsEntry("count", "40");
  }

  private static void increment(int times) {
    int done = 0;
    while (done < times) {
      ConfigMap counter = CLUSTER.client().resource(configMap("counter", Map.of())).get();
      Map<String, String> data = counter.getData() == null ? Map.of() : counter.getData();
      int count = Integer.parseInt(data.getOrDefault("count", "0"));
      counter.setData(Map.of("count", Integer.toString(count + 1)));
      boolean isStale = isConflict(counter);
      done += isStale ? 0 : 1;
    }
  }

  private static boolean isConflict(ConfigMap counter) {
    var refusal =
        ContractCluster.refusal(
            () -> CLUSTER.client().resource(counter).lockResourceVersion().update());
    if (refusal != null && refusal.getCode() != 409) {
      throw refusal;
    }
    return refusal != null;
  }
}
