package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateTerminatedBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.llmforge.localcluster.control.EventRecorder;
import io.llmforge.localcluster.node.RestartRules.RestartPolicy;
import io.llmforge.localcluster.node.RestartRules.Role;
import io.llmforge.localcluster.node.container.ContainerConfigException;
import io.llmforge.localcluster.node.container.ContainerRuntime.ContainerStartException;
import io.llmforge.localcluster.node.container.ContainerRuntime.Running;
import io.llmforge.localcluster.node.container.Image;
import io.llmforge.localcluster.node.container.Launch;
import io.llmforge.localcluster.node.container.LaunchDesign;
import io.llmforge.localcluster.node.container.TerminationMessages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** Takes one container of one pod through its attempts. */
final class ContainerWorker {
  /** What the kubelet reports when a command cannot be executed. */
  private static final int START_ERROR = 128;

  /** Processes are gone at once after SIGKILL; longer means that the machine is in trouble. */
  private static final Duration KILL_TAKES_AT_MOST = Duration.ofSeconds(10);

  private final NodeServices node;
  private final Pod pod;
  private final Container container;
  private final Role role;
  private final LaunchDesign design;
  private final PodBoard board;
  private final StopSignal stop;
  private final AtomicReference<Optional<Running>> current =
      new AtomicReference<>(Optional.empty());

  ContainerWorker(NodeServices node, PodPlan plan, Container container, Role role) {
    this.node = node;
    this.pod = plan.design().fields().pod();
    this.container = container;
    this.role = role;
    this.design = plan.design();
    this.board = plan.board();
    this.stop = plan.stop();
  }

  /**
   * What the containers of a pod share.
   *
   * @param stop once given, no container starts any more
   */
  record PodPlan(LaunchDesign design, PodBoard board, StopSignal stop) {}

  /** Returns when the container will not start again. */
  void run() throws InterruptedException {
    for (var restarts = 0; ; restarts++) {
      var launch = prepare(restarts);
      if (launch.isEmpty()) {
        return;
      }
      var end = attempt(launch.get(), restarts);
      board.update(container.getName(), ContainerChanges.terminated(end, role));
      var again = RestartRules.restarts(RestartPolicy.of(pod), role, end.getExitCode());
      if (!again || stop.isGiven() || waitForRestart(restarts + 1)) {
        return;
      }
    }
  }

  /** Asks for an end; {@link #kill} follows when it takes too long. */
  void terminate() {
    current.get().ifPresent(Running::terminate);
  }

  /** True when the container has ended within the time. */
  boolean hasEndedWithin(Duration time) throws InterruptedException {
    var running = current.get();
    if (running.isEmpty()) {
      return true;
    }
    try {
      running.get().exit().get(time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the end of " + running.get().id() + " was lost", e);
    }
  }

  void kill() {
    current.get().ifPresent(Running::kill);
  }

  private Optional<Launch> prepare(int attempt) throws InterruptedException {
    for (var failures = 1; !stop.isGiven(); failures++) {
      var image = node.images().find(container.getImage());
      if (image.isPresent()) {
        var launch = configure(image.get(), attempt);
        if (launch.isPresent()) {
          return launch;
        }
      } else {
        reportMissingImage(failures);
      }
      var isStopped = stop.within(node.retry().after(failures));
      if (!isStopped && image.isEmpty()) {
        waiting("ImagePullBackOff", "Back-off pulling image \"" + container.getImage() + "\"");
      }
    }
    return Optional.empty();
  }

  /** Backing off goes on while the image is looked for again, as a kubelet has it. */
  private void reportMissingImage(int failures) {
    var message =
        "failed to pull image \"%s\": not in this machine's image catalogue, which has %s"
            .formatted(container.getImage(), node.images().repositories());
    if (failures == 1) {
      waiting("ErrImagePull", message);
    }
    warn("Failed", message);
  }

  private Optional<Launch> configure(Image image, int attempt) {
    try {
      return Optional.of(design.launch(container, image, attempt));
    } catch (ContainerConfigException e) {
      waiting("CreateContainerConfigError", e.reason());
      warn("Failed", "Error: " + e.reason());
    } catch (IOException e) {
      waiting("CreateContainerError", e.toString());
      warn("Failed", "Error: " + e);
    }
    return Optional.empty();
  }

  private ContainerStateTerminated attempt(Launch launch, int restarts)
      throws InterruptedException {
    var meta = pod.getMetadata();
    var startedAt = now();
    node.logs().begin(meta.getNamespace(), meta.getName(), container.getName(), launch.log());
    try {
      var running = node.runtime().start(launch);
      current.set(Optional.of(running));
      if (stop.isGiven()) {
        running.kill();
      }
      var ended = watch(running, launch, restarts);
      return end(startedAt, ended, launch);
    } catch (ContainerStartException e) {
      warn("Failed", "Error: " + e.reason());
      return startError(startedAt, e.reason());
    } catch (IOException e) {
      warn("Failed", "Error: " + e);
      return startError(startedAt, e.toString());
    } finally {
      current.set(Optional.empty());
      node.logs().end(meta.getNamespace(), meta.getName(), container.getName());
    }
  }

  private int watch(Running running, Launch launch, int restarts) throws InterruptedException {
    var ended = new StopSignal();
    var probes =
        new ContainerProbes(
            node.threads(),
            container,
            new ProbeChecks(node.runtime(), launch, container, design.fields().address()),
            new Reactions(running));
    board.update(
        container.getName(),
        ContainerChanges.running(running.id(), restarts, probes.firstProgress(), now()));
    node.events()
        .record(
            pod, EventRecorder.Type.NORMAL, "Started", "Started container " + container.getName());
    probes.start(ended);
    try {
      return running.exit().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the end of " + running.id() + " was lost", e);
    } finally {
      ended.give();
    }
  }

  private ContainerStateTerminated end(Instant startedAt, int exitCode, Launch launch) {
    String message;
    try {
      message = TerminationMessages.read(container, launch, exitCode);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the last words of " + container.getName(), e);
    }
    return new ContainerStateTerminatedBuilder()
        .withExitCode(exitCode)
        .withReason(exitCode == 0 ? "Completed" : "Error")
        .withMessage(message.isEmpty() ? null : message)
        .withStartedAt(startedAt.toString())
        .withFinishedAt(now().toString())
        .build();
  }

  private ContainerStateTerminated startError(Instant startedAt, String message) {
    return new ContainerStateTerminatedBuilder()
        .withExitCode(START_ERROR)
        .withReason("StartError")
        .withMessage(message)
        .withStartedAt(startedAt.toString())
        .withFinishedAt(now().toString())
        .build();
  }

  /** True when the pod was stopped meanwhile. */
  private boolean waitForRestart(int failures) throws InterruptedException {
    var delay = node.retry().after(failures);
    waiting(
        "CrashLoopBackOff",
        "back-off %ds restarting failed container=%s pod=%s_%s(%s)"
            .formatted(
                delay.toSeconds(),
                container.getName(),
                pod.getMetadata().getName(),
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getUid()));
    return stop.within(delay);
  }

  private void waiting(String reason, String message) {
    board.update(container.getName(), ContainerChanges.waiting(reason, message));
  }

  private void warn(String reason, String message) {
    node.events().record(pod, EventRecorder.Type.WARNING, reason, message);
  }

  private Instant now() {
    return Instant.now(node.clock()).truncatedTo(ChronoUnit.SECONDS);
  }

  /** What the results of probes do to the container. */
  private final class Reactions implements ContainerProbes.Listener {
    private final Running running;

    Reactions(Running running) {
      this.running = running;
    }

    @Override
    public void progress(ContainerChanges.Progress progress) {
      board.update(container.getName(), ContainerChanges.progress(progress));
    }

    @Override
    public void unhealthy(String message) {
      warn("Unhealthy", message);
    }

    @Override
    public void restart(String message, Duration grace) throws InterruptedException {
      node.events().record(pod, EventRecorder.Type.NORMAL, "Killing", message);
      running.terminate();
      if (!hasEndedWithin(grace)) {
        running.kill();
        hasEndedWithin(KILL_TAKES_AT_MOST);
      }
    }
  }
}
