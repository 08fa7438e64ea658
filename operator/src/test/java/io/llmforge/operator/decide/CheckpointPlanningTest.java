package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Checkpoints;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Credential;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Purpose;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.SecretReference;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.identity.Owner;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code spec.checkpoints} and its credentials come to. */
class CheckpointPlanningTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid-1");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hf://team/copies | the Hub keeps every version of a file for ever",
        "s3://bucket | need a folder of their own",
        "gs://bucket/ | need a folder of their own",
        "pvc://claim | write pvc://CLAIM/FOLDER",
        "pvc://claim/. | need a folder of their own",
        "pvc://claim/../other | leaves its volume",
        "https://host/copies | write pvc://CLAIM/FOLDER",
        "'' | write pvc://CLAIM/FOLDER"
      })
  void placesThatAreNoneAreRefused(String uri, String words) {
    Planning planning = plan(spec(uri, Purpose.Checkpoints));

    assertThat(planning).isInstanceOf(Planning.Refused.class);
    assertThat(planning.findings())
        .filteredOn(finding -> finding.path().equals("spec.checkpoints.uri"))
        .extracting(Finding::message)
        .singleElement()
        .asString()
        .contains(words);
  }

  @ParameterizedTest
  @CsvSource({"s3://bucket/copies", "gs://bucket/a/b", "pvc://claim/copies"})
  void placeIsNoPartOfWhatIsTrained(String uri) {
    var without = (Planning.Planned) plan(spec(null, Purpose.Checkpoints));

    var planned = (Planning.Planned) plan(spec(uri, Purpose.Checkpoints));

    assertThat(planned.hash()).isEqualTo(without.hash());
    assertThat(planned.findings()).isEqualTo(without.findings());
  }

  @Test
  void storeWithoutCredentialsIsWarnedOf() {
    assertThat(plan(spec("s3://bucket/copies", Purpose.Outputs)).findings())
        .extracting(Finding::message)
        .anyMatch(message -> message.contains("no Secret has purpose Checkpoints"));
    assertThat(plan(spec("pvc://claim/copies", Purpose.Outputs)).findings())
        .extracting(Finding::message)
        .noneMatch(message -> message.contains("purpose Checkpoints"));
  }

  private static FineTuneJobSpec spec(@Nullable String uri, Purpose purpose) {
    var credential = new Credential(new SecretReference("copies"), purpose);
    return SpecDraft.of(JobFixture.config())
        .credentials(List.of(credential))
        .checkpoints(uri == null ? null : new Checkpoints(uri))
        .build();
  }

  private static Planning plan(FineTuneJobSpec spec) {
    return new TrainingPlanner(new LlmForgeConfigReader()).plan(OWNER, spec);
  }
}
