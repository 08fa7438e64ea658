package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.llmforge.operator.identity.ObjectLabels;
import io.llmforge.operator.identity.Owner;
import java.util.Map;

/**
 * Metadata of an owned object: the garbage collector removes it with its FineTuneJob, or before it
 * when that is deleted in the foreground.
 */
final class OwnedMetadata {

  private static final String API_VERSION = "llmforge.io/v1alpha1";
  private static final String KIND = "FineTuneJob";

  private OwnedMetadata() {}

  static ObjectMeta ofRun(RunOrder order, String name) {
    return of(order.owner(), name, ObjectLabels.ofRun(order.owner(), order.run().number()));
  }

  /** Metadata of the Job of an attempt at a stage. */
  static ObjectMeta ofAttempt(RunOrder order) {
    var run = order.run();
    String name = order.names().job(run.stage(), run.attempt());
    return new ObjectMetaBuilder(
            of(
                order.owner(),
                name,
                ObjectLabels.ofAttempt(order.owner(), run.number(), run.stage(), run.attempt())))
        .addToAnnotations(ObjectLabels.RUN_HASH, run.hash())
        .addToAnnotations(ObjectLabels.GENERATION, Long.toString(run.generation()))
        .addToAnnotations(ObjectLabels.FAILED_ATTEMPTS, Integer.toString(run.failedAttempts()))
        .build();
  }

  private static ObjectMeta of(Owner owner, String name, Map<String, String> labels) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(owner.namespace())
        .withLabels(labels)
        .addNewOwnerReference()
        .withApiVersion(API_VERSION)
        .withKind(KIND)
        .withName(owner.name())
        .withUid(owner.uid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .endOwnerReference()
        .build();
  }
}
