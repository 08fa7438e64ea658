package io.llmforge.localcluster.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.Set;
import java.util.stream.Collectors;

/** A job in one line. */
final class JobSummary {

  private JobSummary() {}

  static String status(JsonNode job) {
    Set<String> holding =
        job.at("/status/conditions")
            .valueStream()
            .filter(condition -> Json.textAt(condition, "status").equals("True"))
            .map(condition -> Json.textAt(condition, "type"))
            .collect(Collectors.toSet());
    if (holding.contains("Complete")) {
      return "Complete";
    }
    if (holding.contains("Failed")) {
      return "Failed";
    }
    if (job.path("metadata").has("deletionTimestamp")) {
      return "Terminating";
    }
    if (holding.contains("Suspended")) {
      return "Suspended";
    }
    if (holding.contains("FailureTarget")) {
      return "FailureTarget";
    }
    return holding.contains("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
  }

  static String completions(JsonNode job) {
    int succeeded = job.at("/status/succeeded").asInt(0);
    JsonNode completions = job.at("/spec/completions");
    if (!completions.isMissingNode()) {
      return succeeded + "/" + completions.asInt();
    }
    int parallelism = job.at("/spec/parallelism").asInt(0);
    return parallelism > 1 ? succeeded + "/1 of " + parallelism : succeeded + "/1";
  }
}
