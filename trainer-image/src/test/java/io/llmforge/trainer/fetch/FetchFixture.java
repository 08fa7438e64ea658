package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location;
import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Volumes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/** Fetches into a workspace, without ever waiting. */
final class FetchFixture {

  final Path workspace;
  final List<Duration> pauses = new ArrayList<>();
  final AtomicBoolean stop = new AtomicBoolean();
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private final Map<String, String> environment;
  private final Optional<Path> cache;

  FetchFixture(Path workspace, Map<String, String> environment) {
    this(workspace, Optional.empty(), environment);
  }

  /** Of a run that shares a folder with others. */
  FetchFixture(Path workspace, Optional<Path> cache, Map<String, String> environment) {
    this.workspace = workspace;
    this.cache = cache;
    this.environment = environment;
  }

  /** Fetches and gives what a trainer reads. */
  Path fetch(Location.Remote location) {
    var out = new PrintStream(console, true, StandardCharsets.UTF_8);
    var control =
        new FetchControl(stop::get, pauses::add, new ConsoleProgress(out, InstantSource.system()));
    new PlanFetch(new RemoteSettings(environment), control, InstantSource.system())
        .run(List.of(location), workspace, cache);
    return read(location);
  }

  /** What a trainer reads. */
  Path read(Location.Remote location) {
    return new Volumes(workspace, Map.of(), cache).source(location);
  }

  Duration paused() {
    return pauses.stream().reduce(Duration.ZERO, Duration::plus);
  }

  String console() {
    return console.toString(StandardCharsets.UTF_8);
  }

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(7).nextBytes(bytes);
    return bytes;
  }

  static void deleteTree(Path folder) throws IOException {
    Durable.deleteTree(folder);
  }

  static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
