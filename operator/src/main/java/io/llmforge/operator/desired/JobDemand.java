package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.llmforge.operator.decide.Demand;
import io.llmforge.operator.decide.Demand.PodKind;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the pods of a Job take of quotas, as the API server counts them: the containers of a pod
 * together, or an init container where one asks for more. Defaults of a LimitRange are not in it.
 */
public final class JobDemand {

  private static final Set<String> NAMED_WITHOUT_PREFIX =
      Set.of("cpu", "memory", "ephemeral-storage");
  private static final BigDecimal ONE = BigDecimal.ONE;

  private JobDemand() {}

  /** What the Jobs among the objects take. */
  public static Demand of(List<HasMetadata> objects) {
    return objects.stream()
        .filter(Job.class::isInstance)
        .map(object -> of(((Job) object).getSpec()))
        .findFirst()
        .orElse(Demand.NOTHING);
  }

  private static Demand of(JobSpec job) {
    int completions = requireNonNullElse(job.getCompletions(), 1);
    int count = Math.min(requireNonNullElse(job.getParallelism(), 1), completions);
    PodSpec pod = job.getTemplate().getSpec();
    Map<String, BigDecimal> onePod = new TreeMap<>(Map.of("pods", ONE, "count/pods", ONE));
    effective(pod, Kind.REQUESTS).forEach((name, amount) -> addRequest(name, amount, onePod));
    effective(pod, Kind.LIMITS)
        .forEach(
            (name, amount) -> {
              if (NAMED_WITHOUT_PREFIX.contains(name)) {
                onePod.put("limits." + name, amount);
              }
            });
    onePod.replaceAll((key, amount) -> amount.multiply(BigDecimal.valueOf(count)));
    return new Demand(count, onePod, Map.of("count/jobs.batch", ONE), kind(pod));
  }

  private static void addRequest(String name, BigDecimal amount, Map<String, BigDecimal> keys) {
    keys.put("requests." + name, amount);
    if (NAMED_WITHOUT_PREFIX.contains(name)) {
      keys.put(name, amount);
    }
  }

  private static PodKind kind(PodSpec pod) {
    boolean bestEffort =
        List.of(effective(pod, Kind.REQUESTS), effective(pod, Kind.LIMITS)).stream()
            .noneMatch(amounts -> amounts.containsKey("cpu") || amounts.containsKey("memory"));
    return new PodKind(
        bestEffort,
        pod.getActiveDeadlineSeconds() != null,
        requireNonNullElse(pod.getPriorityClassName(), ""));
  }

  private static Map<String, BigDecimal> effective(PodSpec pod, Kind kind) {
    Map<String, BigDecimal> amounts = new TreeMap<>();
    merge(pod.getContainers(), kind, BigDecimal::add, amounts);
    merge(pod.getInitContainers(), kind, BigDecimal::max, amounts);
    return amounts;
  }

  private static void merge(
      @Nullable List<Container> containers,
      Kind kind,
      BinaryOperator<BigDecimal> how,
      Map<String, BigDecimal> amounts) {
    requireNonNullElse(containers, List.<Container>of())
        .forEach(
            container ->
                amounts(container, kind)
                    .forEach((name, amount) -> amounts.merge(name, amount, how)));
  }

  // A limit without a request is a request too.
  private static Map<String, BigDecimal> amounts(Container container, Kind kind) {
    ResourceRequirements resources =
        requireNonNullElse(container.getResources(), new ResourceRequirements());
    Map<String, Quantity> quantities =
        new TreeMap<>(requireNonNullElse(resources.getLimits(), Map.of()));
    switch (kind) {
      case REQUESTS -> quantities.putAll(requireNonNullElse(resources.getRequests(), Map.of()));
      case LIMITS -> {}
    }
    Map<String, BigDecimal> amounts = new TreeMap<>();
    quantities.forEach((name, quantity) -> amounts.put(name, quantity.getNumericalAmount()));
    return amounts;
  }

  private enum Kind {
    REQUESTS,
    LIMITS
  }
}
