package io.llmforge.cli.run;

import io.llmforge.localcluster.LocalCluster;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

/** What happens to the cluster when the story has ended. */
enum AfterRun {
  /** It goes. */
  STOP {
    @Override
    void act(LocalCluster cluster, PrintStream out) {}
  },
  /** It stays until the process is told to stop. */
  KEEP {
    @Override
    void act(LocalCluster cluster, PrintStream out) throws InterruptedException {
      out.printf(
          "%nThe cluster stays up. In another shell:%n%n  export KUBECONFIG=%s%n  kubectl get ftj%n%n"
              + "Ctrl-C stops it and everything it runs.%n",
          cluster.kubeconfig());
      out.flush();
      new CountDownLatch(1).await();
    }
  };

  abstract void act(LocalCluster cluster, PrintStream out) throws InterruptedException;
}
