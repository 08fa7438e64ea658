package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.PodTemplate;
import io.llmforge.operator.identity.ObjectLabels;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The trainer's pod, at any stage. It meets the restricted Pod Security Standard and holds no
 * credential of the cluster.
 */
final class TrainerPodTemplate {

  /** The user of the trainer's image; a number, so that Kubernetes can see it is not root. */
  private static final long TRAINER_USER = 10001;

  private static final PodTemplate NO_ADDITIONS = new PodTemplate(null, null, null, null);

  private TrainerPodTemplate() {}

  static PodTemplateSpec of(RunOrder order, PodDefaults defaults) {
    PodTemplate additions = requireNonNullElse(order.spec().podTemplate(), NO_ADDITIONS);
    PodVolumes volumes = PodVolumes.of(order);
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(labels(order, additions))
        .withAnnotations(sorted(requireNonNullElse(additions.annotations(), Map.of())))
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy("Never")
        .withSubdomain(subdomain(order))
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(order.terms().terminationGrace().toSeconds())
        .withSecurityContext(securityContext())
        .withNodeSelector(AcceleratorPlace.nodeSelector(order, defaults))
        .withTolerations(AcceleratorPlace.tolerations(order, defaults))
        .withImagePullSecrets(pullSecrets(additions))
        .withInitContainers(FetchContainer.of(order, defaults, volumes))
        .withContainers(TrainerContainer.of(order, defaults, volumes))
        .withVolumes(volumes.volumes())
        .endSpec()
        .build();
  }

  // Only trainers are asked for, and only by each other.
  private static @Nullable String subdomain(RunOrder order) {
    return switch (order.stage()) {
      case PREFLIGHT, REFERENCE, PUBLISH -> null;
      case TRAIN -> order.plan().batch().devices() == 1 ? null : order.names().service();
    };
  }

  // Ours win: the Job, the Service and the operator find the pod by them.
  private static Map<String, String> labels(RunOrder order, PodTemplate additions) {
    Map<String, String> labels = sorted(requireNonNullElse(additions.labels(), Map.of()));
    labels.putAll(
        ObjectLabels.ofAttempt(
            order.owner(), order.run().number(), order.stage(), order.run().attempt()));
    return labels;
  }

  private static Map<String, String> sorted(Map<String, String> map) {
    return new TreeMap<>(map);
  }

  private static List<LocalObjectReference> pullSecrets(PodTemplate additions) {
    return requireNonNullElse(additions.imagePullSecrets(), List.<String>of()).stream()
        .map(LocalObjectReference::new)
        .toList();
  }

  private static PodSecurityContext securityContext() {
    return new PodSecurityContextBuilder()
        .withRunAsNonRoot(true)
        .withRunAsUser(TRAINER_USER)
        .withRunAsGroup(TRAINER_USER)
        .withFsGroup(TRAINER_USER)
        .withFsGroupChangePolicy("OnRootMismatch")
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .build();
  }
}
