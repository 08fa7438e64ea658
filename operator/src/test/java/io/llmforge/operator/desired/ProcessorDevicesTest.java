package io.llmforge.operator.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.PerDevice;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Resources;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.Rendering;
import io.llmforge.operator.SpecDraft;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pods ask for in a cluster without accelerators, whose devices are processors. */
class ProcessorDevicesTest {

  private static final PodDefaults PROCESSORS = new PodDefaults("llmforge/trainer", "cpu");

  @ParameterizedTest
  @CsvSource({"8, 8", "500m, 500m"})
  void deviceAsksForTheProcessorsThatTheSpecSays(String said, String asked) {
    FineTuneJob job = JobFixture.job("tiny", JobFixture.config());
    job.setSpec(
        SpecDraft.of(JobFixture.config())
            .resources(new Resources(null, new PerDevice(said, null)))
            .build());

    assertThat(requests(job)).isEqualTo(Map.of("cpu", new Quantity(asked)));
  }

  @Test
  void deviceOfWhichNothingIsSaidIsOneProcessor() {
    assertThat(requests(JobFixture.job("tiny", JobFixture.config())))
        .isEqualTo(Map.of("cpu", new Quantity("1")));
  }

  private static Map<String, Quantity> requests(FineTuneJob job) {
    return Rendering.of(job, PROCESSORS).objects().stream()
        .filter(Job.class::isInstance)
        .map(Job.class::cast)
        .filter(one -> one.getMetadata().getName().contains("-train-"))
        .map(one -> one.getSpec().getTemplate().getSpec().getContainers().getFirst())
        .map(container -> container.getResources().getRequests())
        .findFirst()
        .orElseThrow();
  }
}
