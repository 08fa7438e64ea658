package io.llmforge.cli.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.llmforge.operator.identity.ObjectLabels;
import io.llmforge.operator.identity.Stage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pod of a run.
 *
 * @param name its name
 * @param run number of the run
 * @param stage label of the stage
 * @param attempt number of the attempt at that stage
 * @param index shard of a reference, rank of a trainer; 0 where the pod does not say
 */
public record AttemptPod(String name, int run, String stage, int attempt, int index) {

  private static final String REFERENCE = "reference";
  private static final String INDEX = "batch.kubernetes.io/job-completion-index";

  private static final List<String> STAGES =
      Arrays.stream(Stage.values()).map(Stage::label).toList();

  /** Attempts are counted over all stages, which follow each other. */
  private static final Comparator<AttemptPod> BY_AGE =
      Comparator.comparingInt(AttemptPod::run)
          .thenComparingInt(AttemptPod::attempt)
          .thenComparingInt(pod -> STAGES.indexOf(pod.stage));

  /**
   * The pods of the newest attempt, by rank or shard.
   *
   * @param stage only attempts at this stage; empty takes the newest stage
   */
  public static List<AttemptPod> newest(List<Pod> pods, Optional<String> stage) {
    var all =
        pods.stream()
            .map(AttemptPod::of)
            .filter(pod -> stage.isEmpty() || stage.get().equals(pod.stage))
            .toList();
    return all.stream()
        .max(BY_AGE)
        .map(
            newest ->
                all.stream()
                    .filter(pod -> BY_AGE.compare(pod, newest) == 0)
                    .sorted(
                        Comparator.comparingInt(AttemptPod::index).thenComparing(AttemptPod::name))
                    .toList())
        .orElse(List.of());
  }

  /** What the pod is in its run: {@code rank 0}, {@code shard 3}. */
  public String role() {
    return (stage.equals(REFERENCE) ? "shard " : "rank ") + index;
  }

  private static AttemptPod of(Pod pod) {
    var labels =
        Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.<String, String>of());
    var annotations =
        Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.<String, String>of());
    return new AttemptPod(
        pod.getMetadata().getName(),
        number(labels.get(ObjectLabels.RUN)),
        Objects.requireNonNullElse(labels.get(ObjectLabels.STAGE), "train"),
        number(labels.get(ObjectLabels.ATTEMPT)),
        number(Objects.requireNonNullElse(labels.get(INDEX), annotations.get(INDEX))));
  }

  private static int number(@Nullable String text) {
    return text == null || !text.matches("\\d{1,9}") ? 0 : Integer.parseInt(text);
  }
}
