package io.llmforge.cli.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.operator.decide.TrainingPlanner;
import io.llmforge.operator.identity.Owner;
import java.util.List;
import java.util.stream.Collectors;

/** What the operator says about a spec: the words of its own planner. */
final class OperatorRules {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Owner NOBODY = new Owner("default", "checked", "");
  private static final String SPEC = "spec";

  private final TrainingPlanner planner;

  OperatorRules(LlmForgeConfigReader reader) {
    planner = new TrainingPlanner(reader);
  }

  /**
   * Says what the planner finds.
   *
   * @param spec a spec that fits its schema
   * @return findings about keys of its config by their path in the config, about others by theirs
   */
  List<Finding> check(JsonNode spec) {
    try {
      return planner.plan(NOBODY, JSON.treeToValue(spec, FineTuneJobSpec.class)).findings();
    } catch (JsonMappingException e) {
      // The schema bounds no number that it does not name a bound for.
      return List.of(FileFindings.error(SPEC + path(e), "cannot be read: " + words(e)));
    } catch (JsonProcessingException e) {
      return List.of(FileFindings.error(SPEC, "cannot be read: " + words(e)));
    }
  }

  private static String words(JsonProcessingException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("it is not valid");
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            step ->
                step.getFieldName() == null
                    ? "[%d]".formatted(step.getIndex())
                    : "." + step.getFieldName())
        .collect(Collectors.joining());
  }
}
