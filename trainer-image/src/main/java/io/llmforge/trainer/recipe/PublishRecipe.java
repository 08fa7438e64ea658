package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Phase;

/**
 * Brings what a trainer has finished from the workspace to its place outside the cluster. All it
 * needs to know lies beside the result, so that it may follow the trainer at any time, and again.
 */
public final class PublishRecipe {

  private final TrainingPlan plan;
  private final RunSurroundings surroundings;

  public PublishRecipe(TrainingPlan plan, RunSurroundings surroundings) {
    this.plan = plan;
    this.surroundings = surroundings;
  }

  /**
   * What was published, with the measurements of the training; every failure is an exception.
   *
   * @throws io.llmforge.trainer.fetch.FetchControl.StoppedException when the pod is asked to end;
   *     what has been sent is not sent again
   */
  public TrainingReport run() {
    TrainingRecipe.requirePossible(plan);
    if (plan.remoteOutput().isEmpty()) {
      throw new PlanInvalidException(
          "the result goes to %s, which is inside the cluster: train publishes it itself"
              .formatted(plan.output().location().text()));
    }
    surroundings.progress().enter(Phase.PUBLISHING);
    var delivery = new Delivery(plan, surroundings);
    FinishedResult finished = FinishedResult.in(delivery.folder(), plan);
    delivery.requirePossible();
    surroundings
        .console()
        .line(
            "[publish] %s go to %s"
                .formatted(ByteSize.text(finished.output().bytes()), finished.output().location()));
    Output published = delivery.deliver(finished.output());
    surroundings.console().line("[publish] the result is in " + published.location());
    return new TrainingReport.Completed(finished.progress(), published);
  }
}
