package io.llmforge.operator.observe;

import io.fabric8.kubernetes.api.model.Pod;
import io.llmforge.operator.identity.ObjectLabels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pods that have ended and are gone from the API server, as they were at the end. Only the newest
 * are kept: the next look at their FineTuneJob is soon, and records what they said.
 */
public final class EndedPods {

  private static final int MOST = 256;

  private final Map<String, Pod> byUid =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Pod> eldest) {
          return size() > MOST;
        }
      };

  /** A pod is gone; one that never said how it ended is forgotten. */
  public synchronized void add(Pod pod) {
    if (PodReader.isOver(pod)) {
      byUid.put(pod.getMetadata().getUid(), pod);
    }
  }

  /** Those of a FineTuneJob's Jobs. */
  public synchronized List<Pod> of(String namespace, String job) {
    return byUid.values().stream()
        .filter(pod -> namespace.equals(pod.getMetadata().getNamespace()))
        .filter(pod -> job.equals(pod.getMetadata().getLabels().get(ObjectLabels.JOB)))
        .toList();
  }
}
