package io.llmforge.operator.identity;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Labels and annotations of the objects we own. */
public final class ObjectLabels {

  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  public static final String OPERATOR = "llmforge-operator";
  public static final String JOB = "llmforge.io/job";
  public static final String RUN = "llmforge.io/run";
  public static final String STAGE = "llmforge.io/stage";
  public static final String ATTEMPT = "llmforge.io/attempt";

  /** Annotations of a stage's Job: what a lost status is rebuilt from. */
  public static final String RUN_HASH = "llmforge.io/run-hash";

  public static final String GENERATION = "llmforge.io/generation";
  public static final String FAILED_ATTEMPTS = "llmforge.io/failed-attempts";

  /** Annotation of a stage's Job that the operator has suspended for good, with the cause. */
  public static final String STOPPED = "llmforge.io/stopped";

  /** Value of {@link #STOPPED} of a Job that was suspended because it did not get all its pods. */
  public static final String WITHDRAWN = "withdrawn";

  /** Value of {@link #STOPPED} of a Job whose place Kueue took away, or that left its queue. */
  public static final String EVICTED = "evicted";

  /** Labels by which Kueue knows its Jobs. */
  public static final String KUEUE_QUEUE = "kueue.x-k8s.io/queue-name";

  public static final String KUEUE_PRIORITY = "kueue.x-k8s.io/priority-class";

  /** Scheduling gate of pods that are held until all of their Job are there. */
  public static final String ADMISSION_GATE = "llmforge.io/admission";

  /** Selects everything this operator created. */
  public static final String SELECTOR = MANAGED_BY + "=" + OPERATOR;

  private ObjectLabels() {}

  public static Map<String, String> ofRun(Owner owner, int run) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(MANAGED_BY, OPERATOR);
    labels.put(JOB, owner.name());
    labels.put(RUN, Integer.toString(run));
    return labels;
  }

  public static Map<String, String> ofAttempt(Owner owner, int run, Stage stage, int attempt) {
    Map<String, String> labels = ofRun(owner, run);
    labels.put(STAGE, stage.label());
    labels.put(ATTEMPT, Integer.toString(attempt));
    return labels;
  }

  /** Selects the trainer pods of a run, whatever the attempt. */
  public static Map<String, String> podsOfRun(Owner owner, int run) {
    Map<String, String> labels = ofRun(owner, run);
    labels.remove(MANAGED_BY);
    labels.put(STAGE, Stage.TRAIN.label());
    return labels;
  }

  /** The stage that these labels name; empty when somebody changed them. */
  public static Optional<Stage> stage(Map<String, String> labels) {
    return Optional.ofNullable(labels.get(STAGE)).flatMap(Stage::ofLabel);
  }
}
