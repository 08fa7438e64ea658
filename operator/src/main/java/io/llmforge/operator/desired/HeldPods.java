package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.llmforge.operator.identity.ObjectLabels;
import java.util.List;

/**
 * Jobs whose pods are created and charged to quotas, but not scheduled before the operator lets
 * them go: no node, image or autoscaler knows of them until then.
 */
public final class HeldPods {

  private HeldPods() {}

  /** The same objects, with every Job's pods held. */
  public static List<HasMetadata> of(List<HasMetadata> objects) {
    return objects.stream().map(HeldPods::held).toList();
  }

  private static HasMetadata held(HasMetadata object) {
    if (!(object instanceof Job job)) {
      return object;
    }
    return new JobBuilder(job)
        .editSpec()
        .editTemplate()
        .editSpec()
        .addNewSchedulingGate(ObjectLabels.ADMISSION_GATE)
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }
}
