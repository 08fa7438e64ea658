package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.operator.identity.ObjectLabels;
import java.util.Map;
import java.util.Set;

/** The pods of FineTuneJobs; what is gone is handed to those who remember it. */
final class PodEvents extends InformerEventSource<Pod, FineTuneJob> {

  private final EndedPods gone;

  PodEvents(EventSourceContext<FineTuneJob> context, EndedPods gone) {
    super(
        InformerEventSourceConfiguration.from(Pod.class, FineTuneJob.class)
            .withLabelSelector(ObjectLabels.SELECTOR)
            .withSecondaryToPrimaryMapper(pod -> Set.of(jobOf(pod)))
            .build(),
        context);
    this.gone = gone;
  }

  /** Pods belong to Jobs; only their labels lead to the FineTuneJob. */
  static ResourceID jobOf(Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return new ResourceID(labels.get(ObjectLabels.JOB), pod.getMetadata().getNamespace());
  }

  @Override
  public synchronized void onDelete(Pod pod, boolean isLastStateUnknown) {
    gone.add(pod);
    super.onDelete(pod, isLastStateUnknown);
  }
}
