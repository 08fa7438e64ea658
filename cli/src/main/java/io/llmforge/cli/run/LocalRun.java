package io.llmforge.cli.run;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.llmforge.cli.story.ExpectedStatus;
import io.llmforge.cli.story.ExpectedStatus.Mismatch;
import io.llmforge.cli.story.FolderCopy;
import io.llmforge.cli.story.Story;
import io.llmforge.cli.view.LiveView;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSource;
import io.llmforge.localcluster.LocalCluster;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One story on a cluster, or in a namespace, of its own: fill the claims, apply the manifest, watch
 * until it ends.
 */
public final class LocalRun {

  private static final YAMLMapper YAML = new YAMLMapper();

  /** One job asks little of an operator; a person waits for its start. */
  private static final List<String> QUICK_START =
      List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private static final Duration LOOK_INTERVAL = Duration.ofMillis(250);

  private final Installation installation;
  private final ClusterSource source;
  private final Path dataFolder;
  private final PrintStream out;
  private final boolean terminal;

  /**
   * A run.
   *
   * @param source of the cluster
   * @param dataFolder folder for the cluster's volumes, pods and logs
   * @param terminal whether {@code out} is a terminal that can redraw its last line
   */
  public LocalRun(
      Installation installation,
      ClusterSource source,
      Path dataFolder,
      PrintStream out,
      boolean terminal) {
    this.installation = installation;
    this.source = source;
    this.dataFolder = dataFolder;
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Runs the story, and before it those that it needs and that have not run yet.
   *
   * @throws IOException when cluster or operator could not be started
   */
  public RunResult run(Story story) throws IOException, InterruptedException {
    return run(story, AfterRun.STOP);
  }

  /** Runs the story and leaves the cluster up until this process is told to stop. */
  public RunResult runAndKeep(Story story) throws IOException, InterruptedException {
    return run(story, AfterRun.KEEP);
  }

  private RunResult run(Story story, AfterRun afterRun) throws IOException, InterruptedException {
    try (RunFolder folder = RunFolder.take(dataFolder);
        StartedParts started = new StartedParts(out)) {
      try {
        return run(story, afterRun, folder, started);
      } catch (IOException | RuntimeException e) {
        started.holdWhenStopping();
        throw e;
      }
    }
  }

  private RunResult run(Story story, AfterRun afterRun, RunFolder folder, StartedParts started)
      throws IOException, InterruptedException {
    List<Story> stories = storiesToRun(story, folder);
    RunText.plan(stories, dataFolder).forEach(out::println);
    folder.clear(sharedVolumes(story, folder));
    // Else nothing would be trained: a run takes over a finished result of the same content.
    published(story, folder).forEach(folder::forget);
    LocalCluster cluster = started.add(source.open(ClusterDesign.options(installation, folder)));
    cluster.define(installation.customResourceDefinition());
    OperatorProcess operator =
        started.add(
            OperatorProcess.launch(
                installation,
                QUICK_START,
                cluster.kubeconfig(),
                folder.operatorLog(),
                ClusterDesign.operatorSettings(namespaces(stories, cluster.client()))));
    operator.awaitReady();
    List<RunResult> results = new ArrayList<>();
    for (Story next : stories) {
      RunResult result = runOne(next, cluster, operator, folder);
      results.add(result);
      if (!result.isAsExpected()) {
        break;
      }
    }
    afterRun.act(cluster, out);
    return results.getLast();
  }

  private RunResult runOne(
      Story story, LocalCluster cluster, OperatorProcess operator, RunFolder folder)
      throws IOException, InterruptedException {
    KubernetesClient client = cluster.client();
    out.printf("%n%s%n", story.title());
    fillClaims(story, cluster);
    createSecrets(story, client);
    client.resource(story.job()).inNamespace(namespace(story, client)).create();
    FineTuneJobStatus status = watch(story, client, operator);
    List<Path> trainerLogs = keepTrainerLogs(story, client, folder);
    RunResult result =
        new RunResult(status, mismatches(story, status), operator.log(), trainerLogs);
    RunText.ending(story, result, uri -> ClusterDesign.folderOf(uri, story.namespace(), folder))
        .forEach(out::println);
    return result;
  }

  private static String namespace(Story story, KubernetesClient client) {
    return story.namespaceIn(client.getNamespace());
  }

  private static Set<String> namespaces(List<Story> stories, KubernetesClient client) {
    return stories.stream().map(story -> namespace(story, client)).collect(toSet());
  }

  private FineTuneJobStatus watch(Story story, KubernetesClient client, OperatorProcess operator)
      throws IOException, InterruptedException {
    LiveView view = new LiveView(out, terminal, Clock.systemUTC());
    while (true) {
      FineTuneJobStatus status = status(story, client);
      if (status != null) {
        view.show(status);
        if (hasEnded(status)) {
          view.end();
          return status;
        }
      }
      if (!operator.isRunning()) {
        view.end();
        throw new IOException(
            "the operator died; the end of its log %s:%n%s"
                .formatted(operator.log(), operator.lastWords()));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_INTERVAL.toMillis());
    }
  }

  private static @Nullable FineTuneJobStatus status(Story story, KubernetesClient client) {
    FineTuneJob job =
        client
            .resources(FineTuneJob.class)
            .inNamespace(namespace(story, client))
            .withName(story.name())
            .get();
    return job == null ? null : job.getStatus();
  }

  private static boolean hasEnded(FineTuneJobStatus status) {
    return status.phase() == Phase.Succeeded || status.phase() == Phase.Failed;
  }

  private static List<Mismatch> mismatches(Story story, FineTuneJobStatus status) {
    JsonNode tree = YAML.valueToTree(status);
    return story
        .expectedStatus()
        .map(expected -> expected.compare(tree))
        .orElseGet(() -> succeeded().compare(tree));
  }

  private static ExpectedStatus succeeded() {
    return new ExpectedStatus(YAML.createObjectNode().put("phase", Phase.Succeeded.name()));
  }

  private static void fillClaims(Story story, LocalCluster cluster) throws IOException {
    KubernetesClient client = cluster.client();
    createNamespace(story, client);
    for (Map.Entry<String, Map<String, Path>> claim : story.claims().entrySet()) {
      Path volume = cluster.volumeFolder(story.namespace(), claim.getKey());
      FolderCopy.fill(volume, claim.getValue());
      client
          .resource(
              new PersistentVolumeClaimBuilder()
                  .withNewMetadata()
                  .withName(claim.getKey())
                  .withNamespace(namespace(story, client))
                  .endMetadata()
                  .withNewSpec()
                  .withAccessModes("ReadWriteMany")
                  .withNewResources()
                  .withRequests(Map.of("storage", new Quantity("1Gi")))
                  .endResources()
                  .endSpec()
                  .build())
          .serverSideApply();
    }
  }

  private static void createSecrets(Story story, KubernetesClient client) {
    story
        .secrets()
        .forEach(
            (name, values) ->
                client
                    .resource(
                        new SecretBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .withNamespace(namespace(story, client))
                            .endMetadata()
                            .withStringData(values)
                            .build())
                    .serverSideApply());
  }

  private static void createNamespace(Story story, KubernetesClient client) {
    String namespace = namespace(story, client);
    if (client.namespaces().withName(namespace).get() == null) {
      client
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .create();
    }
  }

  /** The story, after those it needs and that have published nothing yet. */
  private static List<Story> storiesToRun(Story story, RunFolder folder) {
    List<Story> stories = new ArrayList<>();
    for (Story needed : story.neededStories()) {
      if (published(needed, folder).noneMatch(RunFolder::hasContent)) {
        stories.addAll(storiesToRun(needed, folder));
      }
    }
    stories.add(story);
    return stories;
  }

  private static Stream<Path> published(Story story, RunFolder folder) {
    return ClusterDesign.outputFolders(story, folder);
  }

  /** Volumes that outlive a run: claims that a story names and fills with nothing. */
  private static Set<Path> sharedVolumes(Story story, RunFolder folder) {
    return Stream.concat(Stream.of(story), story.neededStories().stream())
        .flatMap(
            each ->
                each.claims().entrySet().stream()
                    .filter(claim -> claim.getValue().isEmpty())
                    .map(claim -> ClusterDesign.volume(folder, each.namespace(), claim.getKey())))
        .collect(toSet());
  }

  private static List<Path> keepTrainerLogs(Story story, KubernetesClient client, RunFolder folder)
      throws IOException {
    List<Path> logs = new ArrayList<>();
    for (var pod :
        client
            .pods()
            .inNamespace(namespace(story, client))
            .withLabel("llmforge.io/job", story.name())
            .list()
            .getItems()) {
      Path log = folder.trainerLog(pod.getMetadata().getName());
      Files.writeString(log, logOf(client, pod));
      logs.add(log);
    }
    return logs;
  }

  private static String logOf(KubernetesClient client, Pod pod) {
    try {
      return client.pods().resource(pod).getLog();
    } catch (KubernetesClientException e) {
      return "no log: " + e.getMessage() + "\n";
    }
  }
}
