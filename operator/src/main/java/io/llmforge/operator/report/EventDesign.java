package io.llmforge.operator.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.operator.identity.Owner;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The event of a condition's turn. Its name is made of what turned, so that a pass that is
 * repeated, or an operator that was restarted, cannot say the same twice.
 */
final class EventDesign {

  private static final String COMPONENT = "llmforge-operator";
  private static final int NAME_DIGITS = 16;
  private static final int LONGEST_MESSAGE = 1024;

  /** Reasons of a False condition that nobody needs to worry about. */
  private static final Set<String> CALM =
      Set.of(
          "NotStarted",
          "NotFailed",
          "Starting",
          "WaitingForQuota",
          "Reserving",
          "Reserved",
          "WaitingInQueue",
          "Admitted",
          "Verified",
          "FetchingSources",
          "Saved",
          "Scoring",
          "Computed",
          "CacheHit",
          "Loading",
          "NotSuspended",
          "Suspending",
          "SuspendedByUser",
          "Resumed",
          "InProgress",
          "Completed",
          "Adopted",
          "ReferenceStopped",
          "Valid",
          "Validated",
          "AllPodsReady",
          "Progressing",
          "Publishing",
          "NotTraining");

  private EventDesign() {}

  static Event of(Owner owner, @Nullable Run run, JobCondition condition, Instant now) {
    String time = RunRecord.text(now);
    return new EventBuilder()
        .withNewMetadata()
        .withName(owner.name() + "." + digest(owner, run, condition))
        .withNamespace(owner.namespace())
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion("llmforge.io/v1alpha1")
        .withKind("FineTuneJob")
        .withName(owner.name())
        .withNamespace(owner.namespace())
        .withUid(owner.uid())
        .endInvolvedObject()
        .withType(isCalm(condition) ? "Normal" : "Warning")
        .withReason(condition.reason())
        .withMessage(message(condition))
        .withNewSource()
        .withComponent(COMPONENT)
        .endSource()
        .withReportingComponent(COMPONENT)
        .withFirstTimestamp(time)
        .withLastTimestamp(time)
        .withCount(1)
        .build();
  }

  private static boolean isCalm(JobCondition condition) {
    return CALM.contains(requireNonNullElse(condition.reason(), ""));
  }

  private static String message(JobCondition condition) {
    String message = requireNonNullElse(condition.message(), "");
    String text = "%s is %s: %s".formatted(condition.type(), condition.status(), message);
    return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE - 3) + "...";
  }

  private static String digest(Owner owner, @Nullable Run run, JobCondition condition) {
    String identity =
        String.join(
            "|",
            owner.uid(),
            condition.type(),
            condition.status(),
            requireNonNullElse(condition.reason(), ""),
            String.valueOf(condition.observedGeneration()),
            run == null ? "0" : run.number() + "." + run.attempt());
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, NAME_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
