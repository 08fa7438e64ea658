package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Storage;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.operator.identity.Stage;
import java.util.Optional;

/**
 * The folder that runs share ({@code spec.storage.cache}), for a run that has something to share:
 * remote sources, or scores of a reference. What is to be published lies in the workspace.
 *
 * @param claim where it is
 */
record SharedFolder(Location.Claim claim) {

  private static final String DEFAULT_FOLDER = "llmforge-cache";

  static Optional<SharedFolder> of(RunOrder order) {
    return order.stage() != Stage.PUBLISH && (hasScores(order) || hasSources(order))
        ? Optional.ofNullable(order.spec().storage())
            .map(Storage::cache)
            .map(
                cache ->
                    new Location.Claim(
                        requireNonNull(cache.claimName(), "claimName"),
                        requireNonNullElse(cache.folder(), DEFAULT_FOLDER)))
            .map(SharedFolder::new)
        : Optional.empty();
  }

  static boolean hasSources(RunOrder order) {
    return !order.plan().remoteSources().isEmpty();
  }

  private static boolean hasScores(RunOrder order) {
    return order.plan().objective() instanceof Objective.PreferenceTuning;
  }

  String argument() {
    return PodContract.CACHE_ARGUMENT + mountPath() + "/" + claim.path();
  }

  /** Where its claim is mounted. */
  String mountPath() {
    return PodContract.VOLUMES_FOLDER + "/" + claim.name();
  }

  /** Its folder of sources, as a path of the claim. */
  String sources() {
    return claim.path() + "/" + PodContract.CACHED_SOURCES;
  }
}
