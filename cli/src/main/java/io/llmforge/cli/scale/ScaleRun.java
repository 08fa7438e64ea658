package io.llmforge.cli.scale;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.OperatorProcess;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSource;
import io.llmforge.localcluster.LocalCluster;
import io.llmforge.localcluster.LocalClusterOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Creates all jobs at once, lets them run together, ends them one after the other, and looks how
 * long the operator takes to say so.
 */
public final class ScaleRun {

  private static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

  private final Installation installation;
  private final ClusterSource source;
  private final ChartDefaults chart;
  private final Path folder;
  private final Duration patience;

  /**
   * A run.
   *
   * @param source of the cluster, without a node
   * @param folder for the cluster's files and the operator's log
   * @param patience longest time without any job going on
   */
  public ScaleRun(
      Installation installation,
      ClusterSource source,
      ChartDefaults chart,
      Path folder,
      Duration patience) {
    this.installation = installation;
    this.source = source;
    this.chart = chart;
    this.folder = folder;
    this.patience = patience;
  }

  /**
   * Runs the load.
   *
   * @throws IOException when a part did not start, or the operator stopped working; the message
   *     says where its log is
   */
  public ScaleResult run(ScaleLoad load) throws IOException, InterruptedException {
    RequestTally requests = new RequestTally();
    Clock clock = Clock.systemUTC();
    try (LocalCluster cluster =
            source.open(
                LocalClusterOptions.in(folder.resolve("cluster"))
                    .withoutNode()
                    .withRequests(requests));
        PretendedTrainers trainers = PretendedTrainers.start(clock);
        PretendedNode node =
            new PretendedNode(
                cluster.client(), trainers.address(), cluster.client().getNamespace(), clock);
        JobEnds ends = new JobEnds(cluster.client());
        StatusRecord statuses = new StatusRecord(cluster.client())) {
      cluster.define(installation.customResourceDefinition());
      node.start(pod -> endAtOnce(pod, node));
      ends.start();
      statuses.start();
      try (OperatorProcess operator = launch(cluster, load)) {
        operator.awaitReady();
        return run(
            load, cluster.client(), new Played(trainers, node, ends, statuses, requests), operator);
      }
    }
  }

  private ScaleResult run(
      ScaleLoad load, KubernetesClient client, Played played, OperatorProcess operator)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    createJobs(load, client);
    await(load.jobs(), Phase.Training, played.statuses(), operator);
    Duration untilAllRan = Duration.ofNanos(System.nanoTime() - start);
    endOneByOne(load, played.node());
    await(load.jobs(), Phase.Succeeded, played.statuses(), operator);
    return new ScaleResult(
        load,
        untilAllRan,
        latencies(played.node().runningSince(), Phase.Training, played.statuses()),
        latencies(played.ends().completeSince(), Phase.Succeeded, played.statuses()),
        played.node().pods(),
        played.requests().writes(),
        played.statuses().progressWrites(),
        played.requests().reads(),
        played.trainers().questions(),
        lost(load, client),
        OperatorMemory.of(operator.processId()));
  }

  // What a preflight looks at is always in order.
  private static void endAtOnce(Pod pod, PretendedNode node) {
    if ("preflight".equals(pod.getMetadata().getLabels().get("llmforge.io/stage"))) {
      node.end(pod.getMetadata().getName(), "");
    }
  }

  private OperatorProcess launch(LocalCluster cluster, ScaleLoad load) throws IOException {
    return OperatorProcess.launch(
        installation,
        chart.javaOptions(),
        cluster.kubeconfig(),
        folder.resolve("operator.log"),
        Map.of(
            "LLMFORGE_NAMESPACES",
            cluster.client().getNamespace(),
            "LLMFORGE_POLL_INTERVAL",
            load.pollInterval().toString(),
            "MALLOC_ARENA_MAX",
            "2"));
  }

  private static void createJobs(ScaleLoad load, KubernetesClient client) {
    IntStream.range(0, load.jobs())
        .parallel()
        .forEach(job -> client.resource(job(job)).inNamespace(client.getNamespace()).create());
  }

  private static FineTuneJob job(int number) {
    return Serialization.unmarshal(
        """
        apiVersion: llmforge.io/v1alpha1
        kind: FineTuneJob
        metadata: {name: %s}
        spec:
          config:
            model_id: pvc://data/model
            train_path: pvc://data/train.jsonl
            generation_config:
              prompt_format: {system: "{instruction}", user: "{instruction}", assistant: "{instruction}"}
        """
            .formatted(name(number)),
        FineTuneJob.class);
  }

  private static String name(int number) {
    return "job-%04d".formatted(number);
  }

  // A fixed seed: the order is none that the operator could profit from, and the same every time.
  private static void endOneByOne(ScaleLoad load, PretendedNode node) throws InterruptedException {
    List<Integer> order = new ArrayList<>(IntStream.range(0, load.jobs()).boxed().toList());
    Collections.shuffle(order, new Random(0));
    long pause = TimeUnit.SECONDS.toNanos(1) / load.endsPerSecond();
    long next = System.nanoTime();
    for (int job : order) {
      TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
      next += pause;
      node.endOf(name(job), PretendedTrainers.lastWords(job));
    }
  }

  private void await(int jobs, Phase phase, StatusRecord statuses, OperatorProcess operator)
      throws IOException, InterruptedException {
    int arrived = 0;
    long deadline = System.nanoTime() + patience.toNanos();
    while (arrived < jobs) {
      TimeUnit.MILLISECONDS.sleep(LOOK_INTERVAL.toMillis());
      int now = statuses.arrived(phase);
      if (now > arrived) {
        arrived = now;
        deadline = System.nanoTime() + patience.toNanos();
      }
      if (!operator.isRunning() || System.nanoTime() > deadline) {
        throw new IOException(
            "%d of %d jobs were seen as %s, then none for %d s; the end of the operator's log %s:%n%s"
                .formatted(
                    arrived,
                    jobs,
                    phase,
                    patience.toSeconds(),
                    operator.log(),
                    operator.lastWords()));
      }
    }
  }

  private static Latencies latencies(Map<String, Long> facts, Phase phase, StatusRecord statuses) {
    return new Latencies(
        facts.entrySet().stream()
            .map(
                fact ->
                    Duration.ofNanos(
                        Math.max(0, statuses.firstSeen(fact.getKey(), phase) - fact.getValue())))
            .toList());
  }

  // Each job's last words name a step that no other job has.
  private static int lost(ScaleLoad load, KubernetesClient client) {
    long kept =
        client
            .resources(FineTuneJob.class)
            .inNamespace(client.getNamespace())
            .list()
            .getItems()
            .stream()
            .filter(ScaleRun::hasOwnEnd)
            .count();
    return load.jobs() - (int) kept;
  }

  private static boolean hasOwnEnd(FineTuneJob job) {
    var status = job.getStatus();
    return status.phase() == Phase.Succeeded
        && status.progress() != null
        && name((int) status.progress().step()).equals(job.getMetadata().getName());
  }

  /** What plays the rest of the cluster, and what looks on. */
  private record Played(
      PretendedTrainers trainers,
      PretendedNode node,
      JobEnds ends,
      StatusRecord statuses,
      RequestTally requests) {}
}
