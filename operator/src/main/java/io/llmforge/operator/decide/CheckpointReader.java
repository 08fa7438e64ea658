package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.plan.CheckpointPlace;
import java.util.Optional;

/** Reads {@code spec.checkpoints}: where checkpoints are copied to. */
final class CheckpointReader {

  private static final String FIELD = "spec.checkpoints.uri";

  private final Findings findings;

  CheckpointReader(Findings findings) {
    this.findings = findings;
  }

  Optional<CheckpointPlace> read(FineTuneJobSpec spec) {
    if (spec.checkpoints() == null) {
      return Optional.empty();
    }
    String uri = requireNonNullElse(spec.checkpoints().uri(), "");
    try {
      return Optional.of(CheckpointPlace.parse(uri));
    } catch (IllegalArgumentException e) {
      findings.invalid(FIELD, "'%s': %s".formatted(uri, e.getMessage()));
      return Optional.empty();
    }
  }
}
