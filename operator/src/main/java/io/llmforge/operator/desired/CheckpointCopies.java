package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Checkpoints;
import io.llmforge.crds.plan.CheckpointPlace;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.operator.identity.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What pods are told of the place that checkpoints are copied to. */
final class CheckpointCopies {

  private CheckpointCopies() {}

  /** The place, for the pods that look whether it can be written, write there, and clear it. */
  static Optional<CheckpointPlace> place(RunOrder order) {
    return switch (order.stage()) {
      case REFERENCE -> Optional.empty();
      case PREFLIGHT, TRAIN, PUBLISH ->
          Optional.ofNullable(order.spec().checkpoints())
              .map(Checkpoints::uri)
              .map(uri -> CheckpointPlace.parse(requireNonNull(uri, "uri")));
    };
  }

  static List<String> arguments(RunOrder order) {
    List<String> arguments = new ArrayList<>();
    place(order)
        .ifPresent(
            place -> {
              arguments.add(PodContract.CHECKPOINTS_ARGUMENT + place.text());
              if (order.stage() == Stage.TRAIN) {
                arguments.add(
                    PodContract.GRACE_ARGUMENT + order.terms().terminationGrace().toSeconds());
              }
            });
    return arguments;
  }
}
