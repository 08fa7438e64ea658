package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.operator.identity.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The volumes of a trainer's pod: plan, workspace, scratch folders, and every claim that the plan
 * names, mounted read-only unless the stage publishes the result to it, or tries whether it could.
 *
 * @param volumes the pod's volumes
 * @param mounts the container's mounts of them
 * @param arguments where each named claim is mounted, as arguments of the trainer
 * @param shared the folder that runs share, if this run uses any
 */
record PodVolumes(
    List<Volume> volumes,
    List<VolumeMount> mounts,
    List<String> arguments,
    Optional<SharedFolder> shared) {

  static final String TEMPORARY_FOLDER = "/tmp";

  private static final String SHARED_MEMORY_FOLDER = "/dev/shm";
  private static final Quantity SHARED_MEMORY = new Quantity("1Gi");

  private static final String STATUS_TOKEN = "status-token";

  private static final Set<String> FETCH_VOLUMES = Set.of("plan", "workspace", "tmp");

  PodVolumes {
    volumes = List.copyOf(volumes);
    mounts = List.copyOf(mounts);
    arguments = List.copyOf(arguments);
  }

  static PodVolumes of(RunOrder order) {
    List<Volume> volumes = new ArrayList<>();
    List<VolumeMount> mounts = new ArrayList<>();
    List<String> arguments = new ArrayList<>();

    volumes.add(planVolume(order.names().plan()));
    mounts.add(mount("plan", PodContract.PLAN_FOLDER, Access.READ));
    volumes.add(claimVolume("workspace", order.names().workspace()));
    mounts.add(mount("workspace", PodContract.WORKSPACE_FOLDER, Access.READ_AND_WRITE));
    volumes.add(new VolumeBuilder().withName("tmp").withNewEmptyDir().endEmptyDir().build());
    mounts.add(mount("tmp", TEMPORARY_FOLDER, Access.READ_AND_WRITE));
    volumes.add(sharedMemory());
    mounts.add(mount("shared-memory", SHARED_MEMORY_FOLDER, Access.READ_AND_WRITE));

    if (asksForToken(order)) {
      volumes.add(tokenVolume(order.names().status()));
      mounts.add(mount(STATUS_TOKEN, PodContract.STATUS_TOKEN_FOLDER, Access.READ));
    }

    Optional<SharedFolder> shared = SharedFolder.of(order);
    shared.map(SharedFolder::argument).ifPresent(arguments::add);
    SortedMap<String, Access> claims = claims(order);
    claims.forEach(
        (claim, access) -> {
          // Claim names may be too long, or hold dots, for a volume name.
          String name = "claim-" + claims.headMap(claim).size();
          String folder = PodContract.VOLUMES_FOLDER + "/" + claim;
          volumes.add(claimVolume(name, claim));
          mounts.add(mount(name, folder, access));
          shared
              .filter(cache -> isGuarded(order, cache, claim))
              .ifPresent(cache -> mounts.add(sources(name, cache)));
          arguments.add(PodContract.VOLUME_ARGUMENT + claim + "=" + folder);
        });
    return new PodVolumes(volumes, mounts, arguments, shared);
  }

  /**
   * The mounts of a container that fetches sources: of the claims it sees the one that runs share
   * alone, and it alone writes sources there.
   */
  List<VolumeMount> fetchMounts() {
    return mounts.stream().flatMap(this::ofFetch).toList();
  }

  private Stream<VolumeMount> ofFetch(VolumeMount mount) {
    if (FETCH_VOLUMES.contains(mount.getName())) {
      return Stream.of(mount);
    }
    return shared.isPresent() && shared.get().mountPath().equals(mount.getMountPath())
        ? Stream.of(mount(mount.getName(), mount.getMountPath(), Access.READ_AND_WRITE))
        : Stream.empty();
  }

  // Pods that score write beside the sources; the fetch container has made the folder by then.
  private static boolean isGuarded(RunOrder order, SharedFolder cache, String claim) {
    return switch (order.stage()) {
      case PREFLIGHT, TRAIN, PUBLISH -> false;
      case REFERENCE -> SharedFolder.hasSources(order) && cache.claim().name().equals(claim);
    };
  }

  private static VolumeMount sources(String volume, SharedFolder cache) {
    String folder = PodContract.VOLUMES_FOLDER + "/" + cache.claim().name() + "/" + cache.sources();
    return new VolumeMountBuilder(mount(volume, folder, Access.READ))
        .withSubPath(cache.sources())
        .build();
  }

  /** Whether the container has a status server that does not answer everybody. */
  static boolean asksForToken(RunOrder order) {
    return switch (order.stage()) {
      case PREFLIGHT, REFERENCE, PUBLISH -> false;
      case TRAIN -> order.statusToken().isPresent();
    };
  }

  private static Volume tokenVolume(String secret) {
    return new VolumeBuilder()
        .withName(STATUS_TOKEN)
        .withNewSecret()
        .withSecretName(secret)
        .endSecret()
        .build();
  }

  private static SortedMap<String, Access> claims(RunOrder order) {
    TrainingPlan plan = order.plan();
    SortedMap<String, Access> claims = new TreeMap<>();
    Optional<Location.Claim> cache = SharedFolder.of(order).map(SharedFolder::claim);
    if (order.stage() != Stage.PUBLISH) {
      plan.sources().forEach(location -> add(location, Access.READ, claims));
    }
    switch (order.stage()) {
      case PREFLIGHT -> {
        if (SharedFolder.hasSources(order)) {
          cache.ifPresent(claim -> add(claim, Access.READ, claims));
        }
        add(plan.output().location(), Access.READ_AND_WRITE, claims);
      }
      case REFERENCE -> cache.ifPresent(claim -> add(claim, Access.READ_AND_WRITE, claims));
      case TRAIN -> {
        cache.ifPresent(claim -> add(claim, Access.READ, claims));
        add(plan.output().location(), Access.READ_AND_WRITE, claims);
      }
      case PUBLISH -> {} // What it publishes is in the workspace.
    }
    CheckpointCopies.place(order)
        .ifPresent(place -> add(place.location(), Access.READ_AND_WRITE, claims));
    return claims;
  }

  private static void add(Location location, Access access, SortedMap<String, Access> claims) {
    if (location instanceof Location.Claim claim) {
      claims.merge(claim.name(), access, PodVolumes::wider);
    }
  }

  // A claim that is named twice is mounted once.
  private static Access wider(Access one, Access other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Volume planVolume(String configMap) {
    return new VolumeBuilder()
        .withName("plan")
        .withNewConfigMap()
        .withName(configMap)
        .endConfigMap()
        .build();
  }

  private static Volume claimVolume(String name, String claim) {
    return new VolumeBuilder()
        .withName(name)
        .withNewPersistentVolumeClaim()
        .withClaimName(claim)
        .endPersistentVolumeClaim()
        .build();
  }

  private static Volume sharedMemory() {
    return new VolumeBuilder()
        .withName("shared-memory")
        .withNewEmptyDir()
        .withMedium("Memory")
        .withSizeLimit(SHARED_MEMORY)
        .endEmptyDir()
        .build();
  }

  private static VolumeMount mount(String volume, String folder, Access access) {
    return new VolumeMountBuilder()
        .withName(volume)
        .withMountPath(folder)
        .withReadOnly(access == Access.READ ? Boolean.TRUE : null)
        .build();
  }

  /** What the trainer may do with a volume. */
  private enum Access {
    READ,
    READ_AND_WRITE
  }
}
