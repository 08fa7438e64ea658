package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.operator.identity.ObjectLabels;
import io.llmforge.operator.observe.EndedPods;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The pods of FineTuneJobs, also those that have ended and are gone: a suspended Job deletes its
 * pods as they end, and what they said last must not depend on how soon somebody looks.
 */
final class PodEvents extends InformerEventSource<Pod, FineTuneJob> {

  private final EndedPods gone = new EndedPods();

  PodEvents(EventSourceContext<FineTuneJob> context) {
    super(
        InformerEventSourceConfiguration.from(Pod.class, FineTuneJob.class)
            .withLabelSelector(ObjectLabels.SELECTOR)
            .withSecondaryToPrimaryMapper(pod -> Set.of(jobOf(pod)))
            .build(),
        context);
  }

  // Pods belong to Jobs; only their labels lead to the FineTuneJob.
  private static ResourceID jobOf(Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return new ResourceID(labels.get(ObjectLabels.JOB), pod.getMetadata().getNamespace());
  }

  @Override
  public synchronized void onDelete(Pod pod, boolean isLastStateUnknown) {
    gone.add(pod);
    super.onDelete(pod, isLastStateUnknown);
  }

  @Override
  public Set<Pod> getSecondaryResources(FineTuneJob job) {
    Set<Pod> present = super.getSecondaryResources(job);
    List<Pod> ended = gone.of(job.getMetadata().getNamespace(), job.getMetadata().getName());
    if (ended.isEmpty()) {
      return present;
    }
    Set<Pod> all = new HashSet<>(present);
    all.addAll(ended);
    return all;
  }
}
