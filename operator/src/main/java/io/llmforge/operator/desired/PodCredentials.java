package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Credential;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Purpose;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.SecretReference;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Secrets as environment variables, for the container that serves their purpose alone. */
final class PodCredentials {

  private PodCredentials() {}

  static List<EnvFromSource> of(RunOrder order, Purpose... purposes) {
    Set<Purpose> served = Set.of(purposes);
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
                new EnvFromSourceBuilder().withNewSecretRef().withName(name).endSecretRef().build())
        .toList();
  }
}
