package io.llmforge.operator;

import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.llmforge.operator.report.JobMetrics;
import java.util.Map;

/**
 * Takes the series of a FineTuneJob away once it is gone. A deleted job is not reconciled again:
 * only the framework's metrics hear of it.
 *
 * @param metrics where the series are
 */
record GoneJobs(JobMetrics metrics) implements Metrics {

  @Override
  public void cleanupDone(ResourceID job, Map<String, Object> metadata) {
    metrics.forget(job.getNamespace().orElse(""), job.getName());
  }
}
