package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Queue;
import io.llmforge.operator.identity.ObjectLabels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that are submitted to a queue of Kueue: created suspended, so that Kueue alone starts them.
 * They are never applied again: from then on suspension, node selectors and parallelism are
 * Kueue's.
 */
public final class QueuedJobs {

  private QueuedJobs() {}

  /** The same objects, with every Job submitted to a queue. */
  public static List<HasMetadata> of(List<HasMetadata> objects, Queue queue) {
    return objects.stream().map(object -> submitted(object, queue)).toList();
  }

  private static HasMetadata submitted(HasMetadata object, Queue queue) {
    if (!(object instanceof Job job)) {
      return object;
    }
    JobBuilder builder =
        new JobBuilder(job)
            .editMetadata()
            .addToLabels(ObjectLabels.KUEUE_QUEUE, requireNonNull(queue.name()))
            .endMetadata()
            .editSpec()
            .withSuspend(true)
            .endSpec();
    @Nullable String priority = queue.priorityClassName();
    return priority == null
        ? builder.build()
        : builder
            .editMetadata()
            .addToLabels(ObjectLabels.KUEUE_PRIORITY, priority)
            .endMetadata()
            .build();
  }
}
