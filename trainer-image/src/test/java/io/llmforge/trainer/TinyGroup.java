package io.llmforge.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.trainer.distributed.TrainingGroup;
import io.llmforge.trainer.recipe.HostMemory;
import io.llmforge.trainer.recipe.RunControl;
import io.llmforge.trainer.recipe.RunSurroundings;
import io.llmforge.trainer.recipe.TrainingRecipe;
import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.report.ProgressTracker;
import io.llmforge.trainer.storage.Volumes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** The pods of a tiny run on several devices: one workspace, and a trainer for each rank. */
final class TinyGroup {

  final TinyRun run;
  final int size;
  private final List<ByteArrayOutputStream> consoles = new ArrayList<>();

  TinyGroup(TinyRun run, int size) {
    this.run = run;
    this.size = size;
  }

  /** Runs every rank in a thread of its own; gives their exit codes. */
  List<Integer> run() throws IOException, InterruptedException, ExecutionException {
    return run(0, "");
  }

  /** As {@link #run()}; one rank is told to stop when it has said a line. */
  List<Integer> run(int stopped, String stopAfterLine)
      throws IOException, InterruptedException, ExecutionException {
    List<String> arguments = run.arguments();
    int port = freePort();
    consoles.clear();
    try (var threads = Executors.newFixedThreadPool(size)) {
      List<Future<Integer>> ends = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        var console = new ByteArrayOutputStream();
        consoles.add(console);
        Map<String, String> environment = environment(rank, port);
        String line = rank == stopped ? stopAfterLine : "";
        ends.add(threads.submit(() -> rank(arguments, environment, console, line)));
      }
      List<Integer> codes = new ArrayList<>();
      for (Future<Integer> end : ends) {
        codes.add(end.get());
      }
      return codes;
    }
  }

  /**
   * Runs every rank's recipe in a thread of its own, with a group in which somebody made a mistake.
   */
  void runWith(UnaryOperator<TrainingGroup> mistake)
      throws IOException, InterruptedException, ExecutionException {
    TrainingPlan plan = PlanJson.read(Files.readString(planFile()), TrainingPlan.class);
    int port = freePort();
    consoles.clear();
    try (var threads = Executors.newFixedThreadPool(size)) {
      List<Future<?>> ends = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        var console = new ByteArrayOutputStream();
        consoles.add(console);
        var pod = new PodGroup(environment(rank, port), "127.0.0.1");
        var surroundings = surroundings(console);
        ends.add(
            threads.submit(
                () -> {
                  try (var group =
                      pod.join(plan, () -> false, surroundings.console()::line).orElseThrow()) {
                    return new TrainingRecipe(plan, surroundings, mistake.apply(group)).run();
                  }
                }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    }
  }

  private Path planFile() throws IOException {
    return Path.of(run.arguments().get(1).substring(PodContract.PLAN_ARGUMENT.length()));
  }

  private RunSurroundings surroundings(ByteArrayOutputStream console) {
    var clock = TinyRun.steppingClock();
    return new RunSurroundings(
        new Volumes(run.workspace, Map.of("data", run.data, "models", run.models)),
        new RunControl(),
        new ProgressTracker(clock),
        new ConsoleProgress(new PrintStream(console, true, StandardCharsets.UTF_8), clock),
        clock,
        HostMemory.ofThisProcess(),
        Map.of(),
        1);
  }

  private int rank(
      List<String> arguments,
      Map<String, String> environment,
      ByteArrayOutputStream console,
      String stopAfterLine) {
    var stopper = new AtomicReference<Runnable>(() -> {});
    var out =
        new PrintStream(console, true, StandardCharsets.UTF_8) {
          @Override
          public void println(String line) {
            super.println(line);
            if (!stopAfterLine.isEmpty() && line.contains(stopAfterLine)) {
              stopper.get().run();
            }
          }
        };
    var trainer = new Trainer(new TrainerSurroundings(environment, out, TinyRun.steppingClock()));
    stopper.set(trainer.control()::stop);
    return trainer.run(arguments);
  }

  /** What the pod of a rank has in its environment. */
  Map<String, String> environment(int rank, int port) {
    return Map.of(
        PodContract.RANK, Integer.toString(rank),
        PodContract.WORLD_SIZE, Integer.toString(size),
        PodContract.MASTER_ADDRESS, "127.0.0.1",
        PodContract.MASTER_PORT, Integer.toString(port),
        PodContract.GROUP_KEY, "the UID of a Job",
        PodContract.TERMINATION_LOG, terminationLog(rank).toString());
  }

  static int freePort() throws IOException {
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  TrainingReport lastWords(int rank) throws IOException {
    return PlanJson.read(Files.readString(terminationLog(rank)), TrainingReport.class);
  }

  String console(int rank) {
    return consoles.get(rank).toString(StandardCharsets.UTF_8);
  }

  String consoles() {
    return consoles.stream()
        .map(console -> console.toString(StandardCharsets.UTF_8))
        .reduce("", (all, one) -> all + "\n---\n" + one);
  }

  private Path terminationLog(int rank) {
    return run.terminationLog().resolveSibling("termination-log-" + rank);
  }

  /** The lines of the metrics file. */
  static List<JsonNode> metrics(TinyRun run) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.workspace.resolve("metrics.jsonl"))) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }
}
