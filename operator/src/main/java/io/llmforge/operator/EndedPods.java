package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.operator.observe.EndedPod;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Pods that have ended and are gone: a suspended Job deletes its pods as they end, and what they
 * said last must not depend on how soon somebody looks. Only the newest are kept, as the next look
 * at their FineTuneJob is soon.
 */
final class EndedPods extends AbstractEventSource<EndedPod, FineTuneJob> {

  private static final String NAME = "ended-pods";
  private static final int MOST = 256;

  private final Map<String, EndedPod> byUid =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, EndedPod> eldest) {
          return size() > MOST;
        }
      };

  EndedPods() {
    super(EndedPod.class, NAME);
  }

  /** A pod is gone. */
  synchronized void add(Pod pod) {
    EndedPod.of(pod).ifPresent(ended -> byUid.put(pod.getMetadata().getUid(), ended));
  }

  @Override
  public synchronized Set<EndedPod> getSecondaryResources(FineTuneJob job) {
    ResourceID owner = ResourceID.fromResource(job);
    return byUid.values().stream()
        .filter(ended -> PodEvents.jobOf(ended.pod()).equals(owner))
        .collect(Collectors.toSet());
  }
}
