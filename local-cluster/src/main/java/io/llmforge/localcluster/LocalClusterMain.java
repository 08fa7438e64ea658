package io.llmforge.localcluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** Keeps a local cluster running until it is told to stop. */
public final class LocalClusterMain {
  private static final int USAGE_ERROR = 64;
  private static final int CANNOT_START = 70;

  private LocalClusterMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    LocalClusterArguments.Request request;
    try {
      request = LocalClusterArguments.parse(arguments, System.getenv());
    } catch (IllegalArgumentException e) {
      System.err.println("local-cluster: " + e.getMessage());
      System.err.println(LocalClusterArguments.USAGE);
      System.exit(USAGE_ERROR);
      return;
    }
    try {
      keepRunning(request);
    } catch (IOException e) {
      System.err.println(
          "local-cluster: cannot start in " + request.options().dataFolder() + ": " + e);
      System.exit(CANNOT_START);
    }
  }

  private static void keepRunning(LocalClusterArguments.Request request)
      throws IOException, InterruptedException {
    var cluster =
        request.joined().isPresent()
            ? LocalCluster.join(request.options(), request.joined().get(), () -> {})
            : LocalCluster.start(request.options());
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop-local-cluster")
                .unstarted(
                    () -> {
                      cluster.close();
                      stopped.countDown();
                    }));
    System.out.println("export KUBECONFIG=" + quoted(cluster.kubeconfig()));
    System.out.flush();
    stopped.await();
  }

  /** As a shell reads it back. */
  private static String quoted(Path path) {
    return "'" + path.toString().replace("'", "'\\''") + "'";
  }
}
