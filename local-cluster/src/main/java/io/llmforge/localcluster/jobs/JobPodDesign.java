package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Describes the pods of a Job. */
final class JobPodDesign {
  private static final int LONGEST_HOSTNAME = 63;
  private static final String INDEX_ENVIRONMENT = "JOB_COMPLETION_INDEX";

  private JobPodDesign() {}

  /** A pod of a NonIndexed Job. */
  static Pod pod(Job job) {
    return pod(job, job.getMetadata().getName() + "-", Map.of(), Map.of());
  }

  /** The pod of one index, with stable host name {@code <job>-<index>}. */
  static Pod pod(Job job, int index, Optional<IndexRetries> retries) {
    var annotations = new HashMap<>(Map.of(JobPods.COMPLETION_INDEX, "" + index));
    retries.ifPresent(r -> annotations.putAll(r.annotations()));
    var hostname = job.getMetadata().getName() + "-" + index;
    var pod = pod(job, hostname + "-", Map.of(JobPods.COMPLETION_INDEX, "" + index), annotations);
    return new PodBuilder(pod).withSpec(indexed(pod.getSpec(), hostname)).build();
  }

  private static Pod pod(
      Job job, String generateName, Map<String, String> labels, Map<String, String> annotations) {
    var template = job.getSpec().getTemplate();
    var given = Optional.ofNullable(template.getMetadata()).orElseGet(ObjectMeta::new);
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(job.getMetadata().getNamespace())
        .withGenerateName(generateName)
        .withLabels(given.getLabels())
        .addToLabels(jobLabels(job))
        .addToLabels(labels)
        .withAnnotations(given.getAnnotations())
        .addToAnnotations(annotations)
        .withFinalizers(given.getFinalizers())
        .addToFinalizers(JobPods.TRACKING_FINALIZER)
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion("batch/v1")
                .withKind("Job")
                .withName(job.getMetadata().getName())
                .withUid(job.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build())
        .endMetadata()
        .withSpec(new PodSpecBuilder(template.getSpec()).build())
        .build();
  }

  private static Map<String, String> jobLabels(Job job) {
    var name = job.getMetadata().getName();
    var uid = job.getMetadata().getUid();
    return Map.of(
        "batch.kubernetes.io/job-name", name,
        "job-name", name,
        "batch.kubernetes.io/controller-uid", uid,
        "controller-uid", uid);
  }

  private static PodSpec indexed(PodSpec spec, String hostname) {
    return new PodSpecBuilder(spec)
        .withHostname(
            hostname.length() > LONGEST_HOSTNAME
                ? hostname.substring(0, LONGEST_HOSTNAME)
                : hostname)
        .withInitContainers(withIndex(spec.getInitContainers()))
        .withContainers(withIndex(spec.getContainers()))
        .build();
  }

  private static List<Container> withIndex(List<Container> containers) {
    return containers.stream()
        .map(
            container ->
                new ContainerBuilder(container)
                    .removeMatchingFromEnv(e -> INDEX_ENVIRONMENT.equals(e.getName()))
                    .addNewEnv()
                    .withName(INDEX_ENVIRONMENT)
                    .withNewValueFrom()
                    .withNewFieldRef()
                    .withFieldPath("metadata.annotations['" + JobPods.COMPLETION_INDEX + "']")
                    .endFieldRef()
                    .endValueFrom()
                    .endEnv()
                    .build())
        .toList();
  }
}
