package io.llmforge.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport.Metric;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code metrics.jsonl}: one JSON object per optimizer step and per evaluation. Next to our own
 * names stand those that LLMForge printed, so that scripts written for it keep working.
 */
public final class MetricsFile implements AutoCloseable {

  public static final String NAME = "metrics.jsonl";

  private static final String LOSS = "loss";

  private final FileChannel channel;
  private double lossOfEpoch;
  private long stepsOfEpoch;
  private long targets;

  private MetricsFile(FileChannel channel, long targets) {
    this.channel = channel;
    this.targets = targets;
  }

  /**
   * Opens the file for appending and forgets what stands behind {@code offset}: steps that were
   * made after the checkpoint the run continues from.
   *
   * @param targets tokens learned so far
   */
  public static MetricsFile open(Path file, long offset, long targets) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.truncate(offset);
    channel.position(channel.size());
    MetricsFile metrics = new MetricsFile(channel, targets);
    metrics.readSinceLastEvaluation(file);
    return metrics;
  }

  /** Averages go on where the part of the run that was made before left them. */
  private void readSinceLastEvaluation(Path file) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode values = PlanJson.read(line, JsonNode.class);
        boolean isStep = values.has(LOSS);
        lossOfEpoch = isStep ? lossOfEpoch + values.get(LOSS).asDouble() : 0;
        stepsOfEpoch = isStep ? stepsOfEpoch + 1 : 0;
      }
    }
  }

  /** Writes a step and gives the line that says it. */
  public Map<String, Object> step(StepReport report) throws IOException {
    double seconds = report.work().time().toNanos() / 1e9;
    targets += report.work().targets();
    lossOfEpoch += report.loss();
    stepsOfEpoch++;
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", report.step());
    line.put("epoch", report.epoch());
    line.put(LOSS, report.loss());
    line.put("learning_rate", report.learningRate());
    line.put("grad_norm", report.gradientNorm());
    line.put("tokens", report.work().tokens());
    line.put("targets", report.work().targets());
    line.put("train_loss_batch", report.loss());
    line.put("total_trained_steps", report.step());
    line.put("train_time_per_step", seconds);
    line.put("trained_tokens", targets);
    line.put("trained_tokens_this_iter", report.work().targets());
    line.put("trained_tokens_throughput_this_iter", report.work().targets() / seconds);
    line.putAll(report.metrics());
    append(line);
    return line;
  }

  /** Writes an evaluation and gives the line that says it. */
  public Map<String, Object> evaluation(EvaluationReport report) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", report.step());
    line.put("epoch", report.epoch());
    line.put("eval_loss", report.loss());
    report.perplexity().ifPresent(value -> line.put(Metric.PERPLEXITY, value));
    report.metrics().forEach((name, value) -> line.put(Metric.EVALUATION_PREFIX + name, value));
    report
        .breakdowns()
        .forEach(parts -> line.put(Metric.EVALUATION_PREFIX + parts.name(), parts.values()));
    line.put("eval_time_per_epoch", report.time().toNanos() / 1e9);
    line.put("total_trained_steps", report.step());
    if (stepsOfEpoch > 0) {
      line.put("avg_train_loss_epoch", lossOfEpoch / stepsOfEpoch);
    }
    lossOfEpoch = 0;
    stepsOfEpoch = 0;
    append(line);
    return line;
  }

  /** Length of the file, on disk when this returns. */
  public long flushed() throws IOException {
    channel.force(true);
    return channel.size();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void append(Map<String, Object> line) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(PlanJson.write(line) + "\n");
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
