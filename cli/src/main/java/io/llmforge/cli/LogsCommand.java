package io.llmforge.cli;

import io.llmforge.cli.cluster.AttemptPod;
import io.llmforge.cli.cluster.ClusterException;
import io.llmforge.cli.cluster.PodLogs;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code llmforge logs}: what the pods of a FineTuneJob wrote. */
@Command(
    name = "logs",
    description = {
      "Prints the logs of a FineTuneJob's newest attempt, by rank or shard.",
      "",
      "Where there are several pods, each line begins with the one that wrote it."
    },
    exitCodeList = {
      "0:printed",
      "66:there is no such FineTuneJob, no pod, or no log yet",
      "69:the cluster does not answer",
      "77:the cluster does not allow it"
    },
    footer = {
      "",
      "Examples:",
      "  ./llmforge logs harbour-master -n training --follow",
      "  ./llmforge logs harbour-master --stage reference --index 0 --tail 20"
    })
final class LogsCommand implements Callable<Integer> {

  /** A stage whose pods can be asked for. */
  enum LogStage {
    preflight,
    reference,
    train,
    publish
  }

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "The FineTuneJob.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private String name;

  @Option(
      names = "--stage",
      paramLabel = "STAGE",
      description = "${COMPLETION-CANDIDATES}. Default: the one that began last.")
  private @Nullable LogStage stage;

  @Option(
      names = "--index",
      paramLabel = "N",
      description = "Only the pod of this rank or shard. Default: all.")
  private @Nullable Integer index;

  @Option(
      names = "--tail",
      paramLabel = "LINES",
      description = "Only so many last lines of each pod. Default: all.")
  private @Nullable Integer tail;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until the pods have ended.")
  private boolean follow;

  @Mixin private final ClusterOptions options = new ClusterOptions();

  @Override
  public Integer call() throws ClusterException, InterruptedException {
    try (var cluster = options.open()) {
      var namespace = options.namespace(cluster);
      var job = cluster.job(namespace, name);
      var logs = cluster.logs(namespace);
      var pods = chosen(logs.newest(job.getMetadata().getName(), stageLabel()));
      if (pods.isEmpty()) {
        spec.commandLine()
            .getErr()
            .println(
                "llmforge logs: FineTuneJob %s/%s has no pod%s; llmforge status %s -n %s says what it waits for, and a run's pods are gone some time after its end"
                    .formatted(namespace, name, wanted(), name, namespace));
        return ExitCode.NO_INPUT;
      }
      print(logs, pods);
      return ExitCode.OK;
    }
  }

  private Optional<String> stageLabel() {
    return Optional.ofNullable(stage).map(LogStage::name);
  }

  private String wanted() {
    return (stage == null ? "" : " of stage " + stage)
        + (index == null ? "" : " with index " + index);
  }

  private List<AttemptPod> chosen(List<AttemptPod> pods) {
    return pods.stream().filter(pod -> index == null || pod.index() == index).toList();
  }

  private void print(PodLogs logs, List<AttemptPod> pods)
      throws ClusterException, InterruptedException {
    boolean several = pods.size() > 1;
    var last = tail == null ? OptionalInt.empty() : OptionalInt.of(tail);
    if (follow) {
      logs.follow(pods, last, line -> print(line, several));
      return;
    }
    for (AttemptPod pod : pods) {
      for (String text : logs.read(pod, last)) {
        print(new PodLogs.Line(pod, text), several);
      }
    }
  }

  private synchronized void print(PodLogs.Line line, boolean several) {
    var out = spec.commandLine().getOut();
    out.println(several ? "[%s] %s".formatted(line.pod().role(), line.text()) : line.text());
    out.flush();
  }
}
