package io.llmforge.trainer.report;

import io.llmforge.crds.plan.TrainingReport.Copied;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.crds.plan.TrainingReport.Running;
import io.llmforge.crds.plan.TrainingReport.Saved;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the run is. Written by the training thread, read by the status server. */
public final class ProgressTracker {

  /** Weight of the newest step in the averages of speed and step time. */
  private static final double NEWEST = 0.1;

  private final InstantSource clock;
  private final Map<String, Metric> metrics = new LinkedHashMap<>();
  private Phase phase = Phase.LOADING;
  private boolean ready;
  private long step;
  private long totalSteps;
  private double epoch;
  private double totalEpochs;
  private long tokens;
  private double tokensPerSecond = Double.NaN;
  private double secondsPerStep = Double.NaN;
  private @Nullable String lastStepTime;
  private long trackingFailures;
  private long copyFailures;
  private @Nullable Copied copied;
  private @Nullable Saved checkpoint;

  public ProgressTracker(InstantSource clock) {
    this.clock = clock;
  }

  public synchronized void enter(Phase next) {
    phase = next;
  }

  /** Data are read: the length of the run is known. */
  public synchronized void planned(long steps, double epochs) {
    totalSteps = steps;
    totalEpochs = epochs;
  }

  /** The state the run starts or continues from is in memory. */
  public synchronized void loaded(long doneSteps, double doneEpochs, long doneTokens) {
    step = doneSteps;
    epoch = doneEpochs;
    tokens = doneTokens;
    ready = true;
  }

  /** Takes over the metrics of the part of the run that was done before. */
  public synchronized void restore(List<Metric> earlier) {
    earlier.forEach(metric -> metrics.put(metric.name(), metric));
  }

  /** There is a newer checkpoint to continue from. */
  public synchronized void saved(Saved newest) {
    checkpoint = newest;
  }

  public synchronized void stepDone(StepReport report) {
    step = report.step();
    epoch = report.epoch();
    tokens += report.work().tokens();
    double seconds = Math.max(1e-9, report.work().time().toNanos() / 1e9);
    tokensPerSecond = averaged(tokensPerSecond, report.work().tokens() / seconds);
    secondsPerStep = averaged(secondsPerStep, seconds);
    lastStepTime = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    measured(Metric.TRAIN_LOSS, report.loss());
    measured(Metric.LEARNING_RATE, report.learningRate());
    measured(Metric.GRADIENT_NORM, report.gradientNorm());
    report.metrics().forEach(this::measured);
  }

  public synchronized void evaluated(EvaluationReport report) {
    measured(Metric.EVALUATION_LOSS, report.loss());
    report.perplexity().ifPresent(value -> measured(Metric.PERPLEXITY, value));
    report.metrics().forEach((name, value) -> measured(Metric.EVALUATION_PREFIX + name, value));
  }

  /** A tracking server did not take what it was sent. */
  public synchronized void trackingFailed() {
    trackingFailures++;
  }

  synchronized long trackingFailures() {
    return trackingFailures;
  }

  /** A checkpoint could not be copied. */
  public synchronized void copyFailed() {
    copyFailures++;
  }

  synchronized long copyFailures() {
    return copyFailures;
  }

  /** There is a copy of a checkpoint; those of older ones are made after it, too. */
  public synchronized void copied(Copied copy) {
    if (copied == null || copy.step() >= copied.step()) {
      copied = copy;
    }
  }

  /** Copies of checkpoints are not needed any more, and are deleted. */
  public synchronized void copiesForgotten() {
    copied = null;
  }

  synchronized @Nullable Long copiedStep() {
    return copied == null ? null : copied.step();
  }

  public synchronized boolean isReady() {
    return ready;
  }

  public synchronized Running report() {
    return new Running(phase, progress());
  }

  public synchronized Progress progress() {
    return new Progress(
        step,
        totalSteps,
        epoch,
        totalEpochs,
        tokens,
        Double.isNaN(tokensPerSecond) ? null : tokensPerSecond,
        etaSeconds(),
        lastStepTime,
        List.copyOf(metrics.values()),
        checkpoint,
        copied);
  }

  /** Estimated time until the last step, from the recent pace; zero while unknown. */
  public synchronized Duration eta() {
    Long seconds = etaSeconds();
    return seconds == null ? Duration.ZERO : Duration.ofSeconds(seconds);
  }

  private @Nullable Long etaSeconds() {
    return Double.isNaN(secondsPerStep)
        ? null
        : (Long) Math.round(secondsPerStep * Math.max(0, totalSteps - step));
  }

  private void measured(String name, double value) {
    Metric before = metrics.getOrDefault(name, new Metric(name, value, step, value, value, step));
    boolean better = Metric.isHigherBetter(name) ? value > before.best() : value < before.best();
    boolean best = better || Double.isNaN(before.best());
    metrics.put(
        name,
        new Metric(
            name,
            value,
            step,
            before.first(),
            best ? value : before.best(),
            best ? step : before.bestStep()));
  }

  private static double averaged(double average, double newest) {
    return Double.isNaN(average) ? newest : average + NEWEST * (newest - average);
  }
}
