package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.util.Optional;

/**
 * A complete result of the same content that lies where this run would publish: what a run left
 * that was deleted and is made again.
 *
 * @param plan the run's plan
 * @param delivery where the run would publish
 */
record EarlierResult(TrainingPlan plan, Delivery delivery, RunSurroundings surroundings) {

  /** The report that it completes the run with; nothing when there is none, or it is damaged. */
  Optional<TrainingReport.Completed> find(ContentDigest content) {
    try {
      return delivery
          .read(PublishedResult.FILE)
          .flatMap(PublishedResult::parse)
          .filter(result -> result.content().equals(content.text()))
          .flatMap(this::verified);
    } catch (IOException e) {
      throw StorageException.reading(plan.output().location().text(), e);
    }
  }

  private Optional<TrainingReport.Completed> verified(PublishedResult result) {
    String place = plan.output().location().text();
    try {
      Optional<Delivery.Complete> complete = delivery.verified();
      if (complete.isEmpty()) {
        surroundings
            .console()
            .warning(
                "%s holds a result of the same content that is not as it was written; it is replaced"
                    .formatted(place));
        return Optional.empty();
      }
      surroundings
          .console()
          .line(
              "[adopt] %s holds the result of the same content; nothing is trained"
                  .formatted(place));
      var output =
          new Output(
              PublishedForm.of(plan).kind(),
              complete.get().place(),
              complete.get().digest(),
              complete.get().bytes(),
              result.step());
      return Optional.of(
          new TrainingReport.Completed(result.progress(), output, TrainingReport.Origin.ADOPTED));
    } catch (IOException e) {
      throw StorageException.reading(place, e);
    }
  }
}
