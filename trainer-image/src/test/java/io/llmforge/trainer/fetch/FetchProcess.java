package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location.HubModel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Fetches org/tiny-llama in a process of its own. */
final class FetchProcess {

  private FetchProcess() {}

  static Process start(Path workspace, URI hub) throws IOException {
    return start(workspace, Optional.empty(), hub);
  }

  static Process start(Path workspace, Optional<Path> cache, URI hub) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FetchProcess.class.getName(),
                workspace.toString()));
    cache.map(Path::toString).ifPresent(command::add);
    var builder = new ProcessBuilder(command);
    builder.environment().put("HF_ENDPOINT", hub.toString());
    return builder.inheritIO().start();
  }

  public static void main(String[] arguments) {
    Optional<Path> cache =
        arguments.length > 1 ? Optional.of(Path.of(arguments[1])) : Optional.empty();
    new FetchFixture(Path.of(arguments[0]), cache, System.getenv())
        .fetch(new HubModel("org/tiny-llama", null));
  }
}
