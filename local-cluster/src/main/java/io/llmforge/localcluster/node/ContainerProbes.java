package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import io.llmforge.localcluster.node.ContainerChanges.Progress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.BiConsumer;

/**
 * Runs the probes of one attempt of a container. Until the startup probe has passed the others
 * rest; a liveness or startup probe that fails too often ends the container, a readiness probe only
 * turns its readiness.
 */
final class ContainerProbes {
  private static final int DEFAULT_PERIOD_SECONDS = 10;
  private static final int DEFAULT_GRACE_SECONDS = 30;

  /** Who is told. */
  interface Listener {
    void progress(Progress progress);

    void unhealthy(String message);

    /** The container must end; it starts again if its pod says so. */
    void restart(String message, Duration grace) throws InterruptedException;
  }

  private final ExecutorService threads;
  private final Container container;
  private final ProbeChecks checks;
  private final Listener listener;

  ContainerProbes(
      ExecutorService threads, Container container, ProbeChecks checks, Listener listener) {
    this.threads = threads;
    this.container = container;
    this.checks = checks;
    this.listener = listener;
  }

  /** What the container is before any probe has run. */
  Progress firstProgress() {
    return container.getStartupProbe() == null ? afterStartup() : Progress.STARTING;
  }

  private Progress afterStartup() {
    return container.getReadinessProbe() == null ? Progress.READY : Progress.STARTED;
  }

  void start(StopSignal ended) {
    if (container.getStartupProbe() == null) {
      startOthers(ended);
      return;
    }
    var startup = new Watch("Startup", container.getStartupProbe(), ended);
    threads.execute(
        () -> {
          startup.run(
              (verdict, watch) -> {
                if (verdict == ProbeHistory.Verdict.PASSING) {
                  watch.finish();
                  listener.progress(afterStartup());
                  startOthers(ended);
                } else {
                  restart(watch, "failed startup probe");
                }
              });
        });
  }

  private void startOthers(StopSignal ended) {
    if (container.getLivenessProbe() != null) {
      var liveness = new Watch("Liveness", container.getLivenessProbe(), ended);
      threads.execute(
          () ->
              liveness.run(
                  (verdict, watch) -> {
                    if (verdict == ProbeHistory.Verdict.FAILING) {
                      restart(watch, "failed liveness probe");
                    }
                  }));
    }
    if (container.getReadinessProbe() != null) {
      var readiness = new Watch("Readiness", container.getReadinessProbe(), ended);
      threads.execute(
          () ->
              readiness.run(
                  (verdict, watch) ->
                      listener.progress(
                          verdict == ProbeHistory.Verdict.PASSING
                              ? Progress.READY
                              : Progress.STARTED)));
    }
  }

  private void restart(Watch watch, String why) {
    watch.finish();
    var grace = watch.probe.getTerminationGracePeriodSeconds();
    try {
      listener.restart(
          "Container %s %s, will be restarted".formatted(container.getName(), why),
          Duration.ofSeconds(grace == null ? DEFAULT_GRACE_SECONDS : grace));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One probe at work. */
  private final class Watch {
    private final String name;
    private final Probe probe;
    private final StopSignal ended;
    private boolean isFinished;

    Watch(String name, Probe probe, StopSignal ended) {
      this.name = name;
      this.probe = probe;
      this.ended = ended;
    }

    void finish() {
      isFinished = true;
    }

    /** Tells every verdict but UNDECIDED. */
    void run(BiConsumer<ProbeHistory.Verdict, Watch> react) {
      var period =
          Duration.ofSeconds(
              Optional.ofNullable(probe.getPeriodSeconds())
                  .filter(seconds -> seconds > 0)
                  .orElse(DEFAULT_PERIOD_SECONDS));
      var history = ProbeHistory.EMPTY;
      try {
        if (ended.within(initialDelay())) {
          return;
        }
        while (!isFinished) {
          var failure = checks.failure(probe);
          if (ended.isGiven()) {
            return;
          }
          failure.ifPresent(why -> listener.unhealthy(name + " probe failed: " + why));
          history = history.with(failure.isEmpty());
          var verdict = history.verdict(probe);
          if (verdict != ProbeHistory.Verdict.UNDECIDED) {
            react.accept(verdict, this);
          }
          if (isFinished || ended.within(period)) {
            return;
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private Duration initialDelay() {
      return Duration.ofSeconds(Optional.ofNullable(probe.getInitialDelaySeconds()).orElse(0));
    }
  }
}
