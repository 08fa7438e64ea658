package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.control.EachChange;
import io.llmforge.localcluster.control.KeyedWorkQueue;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Carries out what {@link JobDecider} decides. The Job is read from the API at each look; its pods
 * come from an informer, which may be late, so pods that were just created are waited for.
 */
public final class JobController implements AutoCloseable {
  private static final Backoff API_RETRY =
      new Backoff(Duration.ofMillis(50), Duration.ofSeconds(30));
  private static final String BY_CONTROLLER = "controller";

  private final KubernetesClient client;
  private final Clock clock;
  private final JobDecider decider;
  private final JobActions actions;
  private final ExpectedPods expected;
  private final KeyedWorkQueue queue;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<Job> jobs;

  /** A pod that failed is replaced after {@code podBackoff}. */
  public JobController(KubernetesClient client, Clock clock, Backoff podBackoff) {
    this.client = client;
    this.clock = clock;
    this.decider = new JobDecider(podBackoff);
    this.actions = new JobActions(client, clock);
    this.expected = new ExpectedPods(clock);
    this.queue = new KeyedWorkQueue("job-controller", API_RETRY, this::look);
    this.pods = client.pods().inAnyNamespace().runnableInformer(0);
    this.jobs = client.batch().v1().jobs().inAnyNamespace().runnableInformer(0);
  }

  public void start() {
    pods.addIndexers(Map.of(BY_CONTROLLER, JobController::controllerKey));
    pods.addEventHandler(new EachChange<>(this::podChanged));
    jobs.addEventHandler(new EachChange<>(job -> queue.add(Cache.metaNamespaceKeyFunc(job))));
    pods.run();
    jobs.run();
  }

  private void podChanged(Pod pod) {
    expected.seen(pod.getMetadata().getUid());
    controllerKey(pod).forEach(queue::add);
  }

  private static List<String> controllerKey(Pod pod) {
    return controller(pod)
        .map(owner -> pod.getMetadata().getNamespace() + "/" + owner.getName())
        .stream()
        .toList();
  }

  private static Optional<OwnerReference> controller(Pod pod) {
    return pod.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .filter(owner -> "Job".equals(owner.getKind()))
        .findFirst();
  }

  private Optional<Duration> look(String key) {
    var slash = key.indexOf('/');
    var namespace = key.substring(0, slash);
    var name = key.substring(slash + 1);
    var job = client.batch().v1().jobs().inNamespace(namespace).withName(name).get();
    var uid = job == null ? "" : job.getMetadata().getUid();
    var named = pods.getIndexer().byIndex(BY_CONTROLLER, key);
    named.stream().filter(pod -> !isControlledBy(pod, uid)).forEach(actions::release);
    if (job == null) {
      return Optional.empty();
    }
    var controlled = named.stream().filter(pod -> isControlledBy(pod, uid)).toList();
    if (job.getMetadata().getDeletionTimestamp() != null) {
      controlled.forEach(actions::release);
      return Optional.empty();
    }
    if (job.getSpec().getManagedBy() != null
        && !"kubernetes.io/job-controller".equals(job.getSpec().getManagedBy())) {
      return Optional.empty();
    }
    var late = expected.waitFor(key);
    return late.isPresent() ? late : act(key, job, controlled);
  }

  private static boolean isControlledBy(Pod pod, String uid) {
    return controller(pod).filter(owner -> owner.getUid().equals(uid)).isPresent();
  }

  private Optional<Duration> act(String key, Job job, List<Pod> controlled) {
    return switch (decider.decide(job, controlled, Instant.now(clock))) {
      case JobDecision.Rest(var lookAgainAfter) -> lookAgainAfter;
      case JobDecision.Expire() -> {
        actions.expire(job);
        yield Optional.empty();
      }
      case JobDecision.Proceed decision -> {
        for (var pod : decision.create()) {
          var uid = actions.create(job, pod);
          expected.created(key, uid, () -> isInCache(uid, key));
        }
        actions.carryOut(job, decision);
        yield decision.lookAgainAfter();
      }
    };
  }

  private boolean isInCache(String uid, String key) {
    return pods.getIndexer().byIndex(BY_CONTROLLER, key).stream()
        .anyMatch(pod -> pod.getMetadata().getUid().equals(uid));
  }

  @Override
  public void close() {
    pods.close();
    jobs.close();
    queue.close();
  }
}
