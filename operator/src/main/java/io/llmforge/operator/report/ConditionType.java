package io.llmforge.operator.report;

/** The conditions of a FineTuneJob; all of them are there from the first pass. */
enum ConditionType {
  /** The config can be trained. */
  ACCEPTED("Accepted", Voice.SPEAKS),
  /** Sources are in reach, and nothing was found wrong with them. */
  SOURCES_READY("SourcesReady", Voice.SPEAKS),
  /** The pods of the present stage have their quota, or need none. */
  QUOTA_RESERVED("QuotaReserved", Voice.SPEAKS),
  /** What the task needs of the starting model is computed. */
  REFERENCE_READY("ReferenceReady", Voice.SPEAKS),
  /** Pods of the present stage are at work. */
  RUNNING("Running", Voice.SPEAKS),
  /** Steps follow each other. */
  TRAINING_HEALTHY("TrainingHealthy", Voice.SPEAKS),
  /** Another attempt has something to continue from. */
  CHECKPOINT_AVAILABLE("CheckpointAvailable", Voice.SPEAKS),
  /** The result is where the job wants it. */
  OUTPUT_PUBLISHED("OutputPublished", Voice.SUMS_UP),
  /** The user has suspended the run, and nothing of it is at work. */
  SUSPENDED("Suspended", Voice.SPEAKS),
  /** kstatus: everything that was asked for is there. */
  READY("Ready", Voice.SUMS_UP),
  /** kstatus: work is under way. */
  RECONCILING("Reconciling", Voice.SUMS_UP),
  /** kstatus: nothing moves until somebody does something. */
  STALLED("Stalled", Voice.SUMS_UP),
  /** As a Job has it: the run succeeded. */
  COMPLETE("Complete", Voice.SPEAKS),
  /** As a Job has it: the run failed, or cannot begin. */
  FAILED("Failed", Voice.SPEAKS);

  private final String text;
  private final Voice voice;

  ConditionType(String text, Voice voice) {
    this.text = text;
    this.voice = voice;
  }

  String text() {
    return text;
  }

  /** Whether a turn of it is an event; the others only sum these up. */
  boolean speaks() {
    return voice == Voice.SPEAKS;
  }

  private enum Voice {
    SPEAKS,
    SUMS_UP
  }
}
