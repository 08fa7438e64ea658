package io.llmforge.operator;

import static org.awaitility.Awaitility.await;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.crds.plan.TrainingReport.Saved;
import io.llmforge.localcluster.node.container.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that ends as a test says: each attempt of each run is a script of its own, and each
 * shard of an attempt at its reference.
 */
final class FakeTrainer {

  static final Progress PROGRESS =
      new Progress(
          10,
          10,
          2.0,
          2.0,
          5000,
          100.0,
          0L,
          "2026-11-23T00:00:00Z",
          List.of(new Metric(Metric.TRAIN_LOSS, 0.5, 10, 2.0, 0.5, 10)),
          null,
          null);

  /** Half-way, with a checkpoint that another attempt continues from. */
  static final Progress SAVED =
      new Progress(
          5,
          10,
          1.0,
          2.0,
          2500,
          100.0,
          25L,
          "2026-11-23T00:00:00Z",
          PROGRESS.metrics(),
          new Saved("checkpoint-000005", 5, 0.1),
          null);

  static final String PLACE = "s3://results/model";

  private static final Progress TIMELESS =
      new Progress(10, 10, 2.0, 2.0, 5000, null, null, null, PROGRESS.metrics(), null, null);

  private final Path folder;

  private FakeTrainer(Path folder) {
    this.folder = folder;
  }

  /** The program that finds out from its plan which script is its. */
  static FakeTrainer in(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("trainer.sh"),
        """
        plan=${2#--plan=}
        case $1 in
        preflight) part=preflight ;;
        train) part=train ;;
        publish) part=publish ;;
        reference) part=reference-${4#--shard=} ;;
        *) echo "no such command: $1"; exit 64 ;;
        esac
        token=
        for argument in "$@"; do
        case $argument in --status-token-file=*) token=${argument#*=} ;; esac
        done
        job=$(sed -n 's/^ *"name" : "\\(.*\\)",$/\\1/p' "$plan" | head -n 1)
        run=$(sed -n 's/^ *"number" : \\([0-9]*\\).*/\\1/p' "$plan" | head -n 1)
        script="%s/$job-$run-$part-$LLMFORGE_ATTEMPT.sh"
        if [ "$part" = preflight ] && [ ! -e "$script" ]; then exit 0; fi
        . "$script"
        """
            .formatted(folder));
    return new FakeTrainer(folder);
  }

  Image image() {
    return Image.of("/bin/sh", folder.resolve("trainer.sh").toString());
  }

  /** What an attempt at the preflight does; nothing is wrong when no test says so. */
  void onPreflight(String job, int run, int attempt, String commands) {
    write(job, run, "preflight-" + attempt, commands);
  }

  /** What an attempt at training does. */
  void on(String job, int run, int attempt, String commands) {
    write(job, run, "train-" + attempt, commands);
  }

  /** What an attempt at publishing does. */
  void onPublish(String job, int run, int attempt, String commands) {
    write(job, run, "publish-" + attempt, commands);
  }

  /** What a shard does in an attempt at the reference. */
  void onShard(String job, int run, int attempt, int shard, String commands) {
    write(job, run, "reference-%d-%d".formatted(shard, attempt), commands);
  }

  private void write(String job, int run, String part, String commands) {
    try {
      Files.writeString(folder.resolve("%s-%d-%s.sh".formatted(job, run, part)), commands);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String completes() {
    var output = new Output(Output.Kind.MODEL, "pvc://models/result", "sha256:0", 1234, 10);
    return says(new TrainingReport.Completed(PROGRESS, output), 0);
  }

  /** Leaves a result that another pod brings out of the cluster. */
  static String trains() {
    var output = new Output(Output.Kind.ADAPTER, PLACE, "sha256:0", 1234, 10);
    return says(new TrainingReport.Trained(PROGRESS, output), 0);
  }

  /** Brings it out of the cluster; of the training it knows the end only. */
  static String publishes() {
    var output = new Output(Output.Kind.ADAPTER, PLACE, "sha256:0", 1234, 10);
    return says(new TrainingReport.Completed(TIMELESS, output), 0);
  }

  static String fails(FailureCode code, String message) {
    return fails(PROGRESS, code, message);
  }

  static String fails(Progress progress, FailureCode code, String message) {
    return says(new TrainingReport.Failed(progress, code, message), code.exitCode());
  }

  static String stops() {
    return says(
        new TrainingReport.Stopped(PROGRESS, "step-5"),
        FailureCode.CHECKPOINTED_AND_STOPPED.exitCode());
  }

  static String says(TrainingReport report, int exitCode) {
    return """
        cat > "$LLMFORGE_TERMINATION_LOG" <<'END'
        %s
        END
        exit %d
        """
        .formatted(PlanJson.write(report), exitCode);
  }

  /** Answers questions for its status with a report while it waits for a file. */
  String reports(TrainingReport report, String file, String rest) {
    return """
        %s
        while [ ! -e '%s' ]; do sleep 0.05; done
        kill $server
        %s
        """
        .formatted(startServer(report, file), folder.resolve(file), rest);
  }

  private String startServer(TrainingReport report, String file) {
    Path answer = folder.resolve(file + ".json");
    try {
      Files.writeString(answer, PlanJson.write(report));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return """
        "%s/bin/java" -Xms16m -Xmx32m -cp "%s" %s "$POD_IP" "%s" "$token" &
        server=$!
        """
        .formatted(
            System.getProperty("java.home"),
            Path.of("target/test-classes").toAbsolutePath(),
            FakeStatusServer.class.getName(),
            answer);
  }

  /**
   * Answers with a report until it is told to end, then does the rest; a file says it has begun.
   */
  String reportsUntilTerminated(TrainingReport report, String file, String rest) {
    return """
        %1$s
        end() {
        kill $server
        touch '%2$s-terminated'
        %3$s
        }
        trap end TERM
        touch '%2$s-started'
        while :; do sleep 0.05; done
        """
        .formatted(startServer(report, file), folder.resolve(file), rest);
  }

  /** Fails once, then does the rest. */
  String failsOnce(String file, FailureCode code, String rest) {
    return """
        if [ ! -e '%1$s' ]; then touch '%1$s'; %2$s
        fi
        %3$s
        """
        .formatted(folder.resolve(file), fails(code, "the first try fails"), rest);
  }

  /** A shard that is scored; without last words, as a success needs none. */
  static String scores() {
    return "exit 0";
  }

  /** Runs until the file with this name is there, then does the rest. */
  String waits(String file, String rest) {
    return "while [ ! -e '%s' ]; do sleep 0.05; done\n%s".formatted(folder.resolve(file), rest);
  }

  /** Runs until it is told to end, then does the rest; files say how far it is. */
  String untilTerminated(String file, String rest) {
    return """
        end() {
        touch '%1$s-terminated'
        %2$s
        }
        trap end TERM
        touch '%1$s-started'
        while :; do sleep 0.05; done
        """
        .formatted(folder.resolve(file), rest);
  }

  /** Runs until it is told to end, and then until the file with this name is there. */
  String lingers(String file) {
    return untilTerminated(
        file, "while [ ! -e '%s' ]; do sleep 0.05; done; exit 0".formatted(folder.resolve(file)));
  }

  /** Waits for a trainer that runs until it is told to end. */
  void awaitStarted(String file) {
    await("start of " + file)
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> Files.exists(folder.resolve(file + "-started")));
  }

  /** Whether a trainer was told to end that runs until then. */
  boolean wasTerminated(String file) {
    return Files.exists(folder.resolve(file + "-terminated"));
  }

  void release(String file) {
    try {
      Files.createFile(folder.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
