package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.operator.decide.Decider;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.TrainingPlanner;
import io.llmforge.operator.desired.DesiredObjects;
import io.llmforge.operator.desired.PodDefaults;
import io.llmforge.operator.identity.StatusTokens;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.Request;
import java.util.List;

/**
 * What the operator would do with a FineTuneJob it has never seen, without a cluster.
 *
 * @param decision what it would decide
 * @param objects what it would create, one stage of the run after the other
 */
public record Rendering(Decision decision, List<HasMetadata> objects) {

  public Rendering {
    objects = List.copyOf(objects);
  }

  public static Rendering of(FineTuneJob job, PodDefaults defaults) {
    Request request = Request.of(job);
    Decision decision =
        new Decider(new TrainingPlanner(new LlmForgeConfigReader(), defaults.accelerators()))
            .decide(Observation.ofNew(request));
    return new Rendering(
        decision, objects(request, decision, new DesiredObjects(defaults, StatusTokens.none())));
  }

  private static List<HasMetadata> objects(
      Request request, Decision decision, DesiredObjects desired) {
    return decision instanceof Decision.Train train
        ? desired.ofAllStages(request.owner(), request.spec(), train)
        : desired.of(request.owner(), request.spec(), decision);
  }
}
