package io.llmforge.trainer;

import io.llmforge.crds.plan.PodContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The trainer as a process of its own, started as cheaply as a Java process can be. */
final class ChildTrainer {

  /** POSIX shells count files in blocks of this many bytes. */
  private static final int SHELL_BLOCK = 512;

  private ChildTrainer() {}

  static Process start(TinyRun run) throws IOException {
    return start(run, Trainer.class);
  }

  static Process start(TinyRun run, Class<?> main) throws IOException {
    return process(run, command(main, run.arguments())).start();
  }

  /** A rank of a group; nobody has to read what it says. */
  static Process start(TinyRun run, Map<String, String> environment) throws IOException {
    var builder = process(run, command(Trainer.class, run.arguments()));
    builder.environment().putAll(environment);
    if (!environment.getOrDefault(PodContract.RANK, "0").equals("0")) {
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    }
    return builder.start();
  }

  /** The worker of one shard of the reference. */
  static Process startScoring(TinyRun run, int shard) throws IOException {
    return process(run, command(Trainer.class, run.scoringArguments(shard))).start();
  }

  /** With at most so much private memory for the process and all its threads. */
  static Process start(TinyRun run, Class<?> main, long dataKibibytes) throws IOException {
    return startLimited(run, main, "ulimit -d %d".formatted(dataKibibytes));
  }

  /** On storage that takes at most so many bytes of a file, and refuses the rest half way. */
  static Process startOnFullDisk(TinyRun run, Class<?> main, long bytesOfFile) throws IOException {
    return startLimited(run, main, "ulimit -f %d".formatted(bytesOfFile / SHELL_BLOCK));
  }

  private static Process startLimited(TinyRun run, Class<?> main, String limit) throws IOException {
    var limited = new ArrayList<>(List.of("/bin/sh", "-c", limit + " && exec \"$@\"", "sh"));
    limited.addAll(command(main, run.arguments()));
    return process(run, limited).start();
  }

  private static ProcessBuilder process(TinyRun run, List<String> command) {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(PodContract.TERMINATION_LOG, run.terminationLog().toString());
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    return builder;
  }

  private static List<String> command(Class<?> main, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx192m",
            "-Xss1m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=48m",
            "-XX:-UsePerfData"));
    Stream.of("DJL_CACHE_DIR", "ai.djl.offline", "ai.djl.pytorch.num_threads")
        .filter(name -> System.getProperty(name) != null)
        .forEach(name -> command.add("-D%s=%s".formatted(name, System.getProperty(name))));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }
}
