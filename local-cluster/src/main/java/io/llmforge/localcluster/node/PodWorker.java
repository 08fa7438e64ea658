package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.llmforge.localcluster.control.EventRecorder;
import io.llmforge.localcluster.node.ContainerWorker.PodPlan;
import io.llmforge.localcluster.node.RestartRules.Role;
import io.llmforge.localcluster.node.container.ContainerConfigException;
import io.llmforge.localcluster.node.container.LaunchDesign;
import io.llmforge.localcluster.node.container.PodFields;
import io.llmforge.localcluster.node.container.PodVolumes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Takes one pod from its volumes through its init containers to the end of its containers. */
final class PodWorker {
  private static final Duration KILL_TAKES_AT_MOST = Duration.ofSeconds(10);

  private final NodeServices node;
  private final PodFields fields;
  private final PodVolumes volumes;
  private final Path folder;
  private final Map<String, String> hostEnvironment;
  private final PodBoard board;
  private final StopSignal stop = new StopSignal();
  private final StopSignal done = new StopSignal();
  private final List<ContainerWorker> containers = new CopyOnWriteArrayList<>();

  PodWorker(
      NodeServices node,
      PodFields fields,
      PodVolumes volumes,
      PodPlace place,
      PodStatusWriter writer) {
    this.node = node;
    this.fields = fields;
    this.volumes = volumes;
    this.folder = place.folder();
    this.hostEnvironment = place.hostEnvironment();
    this.board =
        new PodBoard(fields.pod(), facts -> writer.write(fields.pod(), fields.address(), facts));
  }

  /** Where the pod lives on this machine. */
  record PodPlace(Path folder, Map<String, String> hostEnvironment) {
    PodPlace {
      hostEnvironment = Map.copyOf(hostEnvironment);
    }
  }

  String address() {
    return fields.address();
  }

  Path folder() {
    return folder;
  }

  Pod pod() {
    return fields.pod();
  }

  /** Returns when no container will start again. */
  void run() throws InterruptedException {
    try {
      board.publish();
      var prepared = prepareVolumes();
      if (prepared.isEmpty()) {
        return;
      }
      var design =
          new LaunchDesign(volumes.configs(), fields, prepared.get(), folder, hostEnvironment);
      var plan = new PodPlan(design, board, stop);
      if (initialize(plan)) {
        runTogether(plan);
      }
    } finally {
      done.give();
    }
  }

  private Optional<Map<String, Path>> prepareVolumes() throws InterruptedException {
    for (var failures = 1; !stop.isGiven(); failures++) {
      try {
        return Optional.of(volumes.prepare(fields, folder));
      } catch (ContainerConfigException e) {
        warn(e.reason());
      } catch (IOException e) {
        warn(e.toString());
      }
      if (stop.within(node.retry().after(failures))) {
        break;
      }
    }
    return Optional.empty();
  }

  private void warn(String message) {
    node.events().record(fields.pod(), EventRecorder.Type.WARNING, "FailedMount", message);
  }

  /** True when every init container has succeeded. */
  private boolean initialize(PodPlan plan) throws InterruptedException {
    for (var container : fields.pod().getSpec().getInitContainers()) {
      worker(plan, container, Role.INIT).run();
      if (!hasSucceeded(container)) {
        return false;
      }
    }
    return !stop.isGiven();
  }

  private boolean hasSucceeded(Container container) {
    return board.facts().initContainers().stream()
        .filter(status -> status.getName().equals(container.getName()))
        .anyMatch(
            status ->
                status.getState().getTerminated() != null
                    && status.getState().getTerminated().getExitCode() == 0);
  }

  private void runTogether(PodPlan plan) throws InterruptedException {
    var described = fields.pod().getSpec().getContainers();
    var running = new CountDownLatch(described.size());
    for (var container : described) {
      var worker = worker(plan, container, Role.MAIN);
      node.threads()
          .execute(
              () -> {
                try {
                  worker.run();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                } finally {
                  running.countDown();
                }
              });
    }
    running.await();
  }

  private ContainerWorker worker(PodPlan plan, Container container, Role role) {
    var worker = new ContainerWorker(node, plan, container, role);
    containers.add(worker);
    return worker;
  }

  /** Ends every container: SIGTERM, then SIGKILL when the grace has passed. */
  void shutDown(Duration grace) throws InterruptedException {
    stop.give();
    containers.forEach(ContainerWorker::terminate);
    var deadline = Instant.now(node.clock()).plus(grace);
    for (var container : containers) {
      var left = Duration.between(Instant.now(node.clock()), deadline);
      if (!container.hasEndedWithin(left.isNegative() ? Duration.ZERO : left)) {
        container.kill();
      }
    }
    done.within(KILL_TAKES_AT_MOST);
  }

  void kill() {
    stop.give();
    containers.forEach(ContainerWorker::kill);
  }

  /** Says that no container will ever start again. */
  void publishEnd() {
    board.stop();
  }
}
