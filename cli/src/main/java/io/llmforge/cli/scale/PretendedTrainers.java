package io.llmforge.cli.scale;

import com.sun.net.httpserver.HttpServer;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Progress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/** One server that answers for every pretended trainer, and what each of them says at its end. */
public final class PretendedTrainers implements AutoCloseable {

  private static final int TOTAL_STEPS = 1_000_000;

  private final String address;
  private final HttpServer server;
  private final ExecutorService threads;
  private final LongAdder questions;

  private PretendedTrainers(
      String address, HttpServer server, ExecutorService threads, LongAdder questions) {
    this.address = address;
    this.server = server;
    this.threads = threads;
    this.questions = questions;
  }

  /** Answers at once. Training goes on while time passes, so that no two answers are alike. */
  public static PretendedTrainers start(Clock clock) throws IOException {
    String address = ownAddress(ProcessHandle.current().pid());
    HttpServer server =
        HttpServer.create(new InetSocketAddress(address, PodContract.STATUS_PORT), 0);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    LongAdder questions = new LongAdder();
    Instant start = clock.instant();
    server.setExecutor(threads);
    server.createContext(
        PodContract.STATUS_PATH,
        exchange -> {
          questions.increment();
          long step = clock.instant().toEpochMilli() - start.toEpochMilli();
          var report = new TrainingReport.Running(TrainingReport.Phase.TRAINING, progress(step));
          byte[] answer = PlanJson.write(report).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    return new PretendedTrainers(address, server, threads, questions);
  }

  // Another process that pretends has another one, and no local cluster gives these to its pods.
  private static String ownAddress(long processId) {
    return "127.42.%d.%d".formatted(processId / 254 % 256, processId % 254 + 1);
  }

  /** Where every pretended pod is. */
  public String address() {
    return address;
  }

  /** How often trainers were asked how far they are. */
  long questions() {
    return questions.sum();
  }

  /** The last words of a job, which no other job says. */
  public static String lastWords(int job) {
    var output = new Output(Output.Kind.MODEL, "pvc://data/result", "sha256:0", 1, job);
    return PlanJson.write(new TrainingReport.Completed(progress(job), output));
  }

  /** The last words of a trainer whose result another pod brings out of the cluster. */
  public static String trained(int job) {
    var output = new Output(Output.Kind.MODEL, "s3://results/model", "sha256:0", 1, job);
    return PlanJson.write(new TrainingReport.Trained(progress(job), output));
  }

  private static Progress progress(long step) {
    return new Progress(
        step,
        TOTAL_STEPS,
        1,
        2,
        step * 100,
        1000.0,
        60L,
        "2026-01-01T00:00:00Z",
        List.of(new Metric(Metric.TRAIN_LOSS, 0.5, step, 2, 0.5, step)),
        null,
        null);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
