package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.write.KindRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Jobs: their selector is generated, and what they run does not change. */
final class JobRules implements KindRules {
  private static final List<String> UID_LABELS =
      List.of("controller-uid", "batch.kubernetes.io/controller-uid");
  private static final List<String> NAME_LABELS =
      List.of("job-name", "batch.kubernetes.io/job-name");

  @Override
  public void complete(ObjectNode job, Optional<ObjectNode> stored) {
    ObjectNode spec = job.withObject("/spec");
    if (!spec.has("completions") && !spec.has("parallelism")) {
      spec.put("completions", 1);
    }
    if (!spec.has("parallelism")) {
      spec.put("parallelism", 1);
    }
    if (!spec.has("podReplacementPolicy")) {
      spec.put(
          "podReplacementPolicy", spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
    }
    if (spec.has("backoffLimitPerIndex") && spec.path("backoffLimit").asInt() == 6) {
      // With a limit for each index the common one defaults to none.
      spec.put("backoffLimit", Integer.MAX_VALUE);
    }
    PodSpecs.complete(spec.at("/template/spec"));
    if (stored.isEmpty() && !spec.path("manualSelector").asBoolean(false)) {
      label(job, spec);
    }
  }

  private static void label(ObjectNode job, ObjectNode spec) {
    String uid = Json.textAt(job.path("metadata"), "uid");
    String name = Json.textAt(job.path("metadata"), "name");
    ObjectNode labels = spec.withObject("/template/metadata/labels");
    UID_LABELS.forEach(label -> labels.put(label, uid));
    NAME_LABELS.forEach(label -> labels.put(label, name));
    ObjectNode selector = Json.object();
    selector.putObject("matchLabels").put("batch.kubernetes.io/controller-uid", uid);
    spec.set("selector", selector);
  }

  @Override
  public List<Cause> check(ObjectNode job, Optional<ObjectNode> stored) {
    List<Cause> causes = new ArrayList<>();
    JsonNode spec = job.path("spec");
    JsonNode podSpec = spec.path("template").path("spec");
    causes.addAll(PodSpecs.check(podSpec, "spec.template.spec"));
    String restart = Json.textAt(podSpec, "restartPolicy");
    if (!List.of("Never", "OnFailure").contains(restart)) {
      causes.add(
          Cause.unsupported(
              "spec.template.spec.restartPolicy",
              "\"" + restart + "\"",
              "\"OnFailure\", \"Never\""));
    }
    checkCounts(spec, causes);
    boolean isIndexed = Json.textAt(spec, "completionMode").equals("Indexed");
    if (isIndexed && !spec.has("completions")) {
      causes.add(Cause.required("spec.completions", "when completion mode is Indexed"));
    }
    if (spec.has("podFailurePolicy") && !restart.equals("Never")) {
      causes.add(
          Cause.invalid(
              "spec.template.spec.restartPolicy",
              "\"" + restart + "\"",
              "only \"Never\" is supported when podFailurePolicy is specified"));
    }
    if (spec.has("successPolicy") && !isIndexed) {
      causes.add(
          Cause.invalid("spec.successPolicy", "\"object\"", "requires indexed completion mode"));
    }
    stored.ifPresent(before -> checkUnchanged(before, job, causes));
    return causes;
  }

  private static void checkCounts(JsonNode spec, List<Cause> causes) {
    for (String field :
        List.of(
            "parallelism",
            "completions",
            "backoffLimit",
            "activeDeadlineSeconds",
            "ttlSecondsAfterFinished")) {
      if (spec.path(field).asLong(0) < 0) {
        causes.add(
            Cause.invalid(
                "spec." + field, spec.path(field).asText(), "must be greater than or equal to 0"));
      }
    }
  }

  private static void checkUnchanged(ObjectNode before, ObjectNode after, List<Cause> causes) {
    JsonNode old = before.path("spec");
    JsonNode now = after.path("spec");
    for (String field :
        List.of("selector", "completionMode", "podFailurePolicy", "successPolicy")) {
      refuseChange("spec." + field, old.path(field), now.path(field), causes);
    }
    boolean isElastic =
        Json.textAt(now, "completionMode").equals("Indexed")
            && now.path("completions").equals(now.path("parallelism"));
    if (!isElastic) {
      refuseChange("spec.completions", old.path("completions"), now.path("completions"), causes);
    }
    boolean wasNeverStarted =
        old.path("suspend").asBoolean(false) && !before.path("status").has("startTime");
    refuseChange(
        "spec.template",
        fixed(old.path("template"), wasNeverStarted),
        fixed(now.path("template"), wasNeverStarted),
        causes);
  }

  /** Before a suspended job starts, where its pods may run can still be chosen. */
  private static JsonNode fixed(JsonNode template, boolean wasNeverStarted) {
    if (!wasNeverStarted || !template.isObject()) {
      return template;
    }
    ObjectNode copy = template.deepCopy();
    copy.withObject("/spec")
        .remove(List.of("nodeSelector", "affinity", "tolerations", "schedulingGates"));
    copy.remove("metadata");
    return copy;
  }

  private static void refuseChange(
      String field, JsonNode before, JsonNode after, List<Cause> causes) {
    if (!Json.same(before, after)) {
      String shown = after.isMissingNode() ? "null" : Json.text(after);
      causes.add(Cause.invalid(field, shown, "field is immutable"));
    }
  }
}
