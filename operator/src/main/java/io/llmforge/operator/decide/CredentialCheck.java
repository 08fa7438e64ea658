package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Credential;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Purpose;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrackingPlan;
import io.llmforge.crds.plan.TrainingPlan.OutputPlan;
import java.util.List;
import java.util.Optional;

/** Says which credentials a job lacks; a pod's identity may do without, but not for the Hub. */
final class CredentialCheck {

  private static final String FIELD = "spec.credentials";

  private final FineTuneJobSpec spec;
  private final Findings findings;

  CredentialCheck(FineTuneJobSpec spec, Findings findings) {
    this.spec = spec;
    this.findings = findings;
  }

  void check(Optional<TrackingPlan> tracking, Optional<OutputPlan> output) {
    output
        .filter(plan -> !isGiven(Purpose.Outputs))
        .ifPresent(plan -> checkOutput(plan.location()));
    if (!isGiven(Purpose.Tracking)) {
      tracking.ifPresent(this::checkTracking);
    }
  }

  private void checkTracking(TrackingPlan tracking) {
    switch (tracking) {
      case TrackingPlan.Mlflow mlflow -> {
        if (mlflow.uri() == null) {
          findings.warning(
              "logger.provider_config.tracking_uri",
              "is missing and no Secret of spec.credentials has purpose Tracking and"
                  + " MLFLOW_TRACKING_URI; nothing will be tracked");
        }
      }
      case TrackingPlan.WeightsAndBiases ignored ->
          findings.warning(
              "logger.provider",
              "no Secret of spec.credentials has purpose Tracking; nothing will be tracked: name one"
                  + " that holds WANDB_API_KEY");
    }
  }

  private void checkOutput(Location location) {
    if (location instanceof Location.HubModel) {
      findings.invalid(
          FIELD,
          "no Secret has purpose Outputs; %s can be written with HF_TOKEN only: name a Secret that holds it"
              .formatted(location.text()));
    } else if (location instanceof Location.Remote) {
      findings.warning(
          FIELD,
          "no Secret has purpose Outputs; %s can be written only if the pod's own identity may"
              .formatted(location.text()));
    }
  }

  private boolean isGiven(Purpose purpose) {
    return requireNonNullElse(spec.credentials(), List.<Credential>of()).stream()
        .anyMatch(credential -> credential.purpose() == purpose);
  }
}
