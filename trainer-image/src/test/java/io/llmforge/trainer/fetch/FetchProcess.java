package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location.HubModel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** Fetches org/tiny-llama in a process of its own. */
final class FetchProcess {

  private FetchProcess() {}

  static Process start(Path workspace, URI hub) throws IOException {
    var builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FetchProcess.class.getName(),
                workspace.toString()));
    builder.environment().put("HF_ENDPOINT", hub.toString());
    return builder.inheritIO().start();
  }

  public static void main(String[] arguments) {
    new FetchFixture(Path.of(arguments[0]), System.getenv())
        .fetch(new HubModel("org/tiny-llama", null));
  }
}
