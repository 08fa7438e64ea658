package io.llmforge.trainer;

import io.llmforge.crds.plan.PodContract;
import io.llmforge.trainer.recipe.HostMemory;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * What the process gets from the pod.
 *
 * @param environment environment variables
 * @param out container log
 * @param clock wall clock
 * @param memory what the machine has left
 */
record TrainerSurroundings(
    Map<String, String> environment, PrintStream out, InstantSource clock, HostMemory memory) {

  TrainerSurroundings {
    environment = Map.copyOf(environment);
  }

  TrainerSurroundings(Map<String, String> environment, PrintStream out, InstantSource clock) {
    this(environment, out, clock, HostMemory.ofThisProcess());
  }

  /** Address of the status server: the pod's own. */
  String address() {
    return environment.getOrDefault(PodContract.POD_IP, "127.0.0.1");
  }

  /** Where last words go; outside of a pod, where nobody made the usual file, nowhere. */
  Optional<Path> terminationLog() {
    String named = environment.get(PodContract.TERMINATION_LOG);
    if (named != null) {
      return Optional.of(Path.of(named));
    }
    Path usual = Path.of(PodContract.TERMINATION_MESSAGE_FILE);
    return Files.exists(usual) ? Optional.of(usual) : Optional.empty();
  }
}
