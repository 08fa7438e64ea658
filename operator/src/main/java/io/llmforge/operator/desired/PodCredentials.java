package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Credential;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Purpose;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.SecretReference;
import io.llmforge.crds.plan.PodContract;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Secrets as environment variables, for the container that serves their purpose alone. */
final class PodCredentials {

  private PodCredentials() {}

  static List<EnvFromSource> of(RunOrder order, Purpose... purposes) {
    return of(order, Set.of(purposes), null);
  }

  /** Under names of their own: results and checkpoints may have keys of two stores. */
  static List<EnvFromSource> ofCheckpoints(RunOrder order) {
    return CheckpointCopies.place(order).isPresent()
        ? of(order, Set.of(Purpose.Checkpoints), PodContract.CHECKPOINTS_PREFIX)
        : List.of();
  }

  private static List<EnvFromSource> of(
      RunOrder order, Set<Purpose> served, @Nullable String prefix) {
    return requireNonNullElse(order.spec().credentials(), List.<Credential>of()).stream()
        .filter(
            credential ->
                served.contains(requireNonNullElse(credential.purpose(), Purpose.Sources)))
        .map(Credential::secretRef)
        .filter(Objects::nonNull)
        .map(SecretReference::name)
        .distinct()
        .map(
            name ->
                new EnvFromSourceBuilder()
                    .withPrefix(prefix)
                    .withNewSecretRef()
                    .withName(name)
                    .endSecretRef()
                    .build())
        .toList();
  }
}
