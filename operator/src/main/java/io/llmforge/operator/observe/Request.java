package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.operator.identity.Owner;
import org.jspecify.annotations.Nullable;

/**
 * What is asked, and by which object.
 *
 * @param owner the FineTuneJob
 * @param generation generation of its spec
 * @param spec its spec
 */
public record Request(Owner owner, long generation, FineTuneJobSpec spec) {

  private static final String DEFAULT_NAMESPACE = "default";

  public Request {
    requireNonNull(owner, "owner");
    requireNonNull(spec, "spec");
  }

  /** What a FineTuneJob asks; one that was never applied has neither UID nor generation yet. */
  public static Request of(FineTuneJob job) {
    var metadata = job.getMetadata();
    @Nullable String namespace = metadata.getNamespace();
    @Nullable String uid = metadata.getUid();
    @Nullable Long generation = metadata.getGeneration();
    @Nullable FineTuneJobSpec spec = job.getSpec();
    return new Request(
        new Owner(
            requireNonNullElse(namespace, DEFAULT_NAMESPACE),
            metadata.getName(),
            requireNonNullElse(uid, "")),
        requireNonNullElse(generation, 1L),
        requireNonNullElse(spec, emptySpec()));
  }

  // The API server refuses an object without spec; a file on a command line may be one.
  private static FineTuneJobSpec emptySpec() {
    return new FineTuneJobSpec(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null);
  }
}
