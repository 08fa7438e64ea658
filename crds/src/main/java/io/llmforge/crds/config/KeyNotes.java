package io.llmforge.crds.config;

import static java.util.Map.entry;

import io.llmforge.crds.config.Finding.Severity;
import java.util.Map;
import java.util.Optional;

/** What is worth saying about a key as soon as it is used. */
final class KeyNotes {

  /**
   * A remark about a key.
   *
   * @param severity DEPRECATED or IGNORED
   * @param words why, and what to do
   */
  record Note(Severity severity, String words) {}

  private static final String SCALING =
      "preference_tuning_config.logprob_processor_scaling_config.";
  private static final String SCORING_NODES =
      "the pods that score the reference get what spec.resources and spec.podTemplate.nodeSelector"
          + " say";

  private static final Map<String, Note> NOTES =
      Map.ofEntries(
          entry("custom_model_tag", ignored("results are named by spec.outputs")),
          entry(
              "dataset_size_scaling_factor",
              ignored("the number of training rows has no limit here, so nothing needs lifting")),
          entry("deepspeed", ignored("the trainer is not built on DeepSpeed")),
          entry(
              "flash_attention_2",
              ignored("the trainer picks the fastest attention its device has")),
          entry("forward_checkpoint_config", ignored("spec.outputs says where results go")),
          entry("generation_config.stopping_tokens", ignored("write stopping_sequences instead")),
          entry(
              "gradient_checkpointing",
              ignored("the trainer recomputes activations whenever that saves memory")),
          entry("liger_kernel", ignored("the trainer has fused operations of its own, always on")),
          entry("num_data_blocks_per_device", ignored("there is no Ray Data to tune")),
          entry(SCALING + "custom_resources", ignored(SCORING_NODES)),
          entry(SCALING + "worker_resources", ignored(SCORING_NODES)),
          entry("output_dir", ignored("the run works in its own workspace volume")),
          entry("torch_compile", ignored("the trainer's programs are compiled already")),
          entry(
              "trainer_resources",
              ignored("no rank needs more than another; spec.resources.perDevice asks for memory")),
          entry("webhook_config", ignored("what happens to a run is in its status and events")),
          entry(
              "worker_resources",
              ignored("spec.resources and spec.podTemplate.nodeSelector choose the nodes")),
          entry(
              "max_num_checkpoints",
              deprecated("write checkpoint_and_evaluation_frequency: {unit, frequency}")),
          entry(
              "checkpoint_every_n_epochs",
              deprecated(
                  "write checkpoint_and_evaluation_frequency: {unit: epochs, frequency: N}")),
          entry(
              "no_gradient_checkpoint",
              deprecated("write gradient_checkpointing, which says the opposite")),
          entry("model_tag", deprecated("write custom_model_tag")));

  private KeyNotes() {}

  static Optional<Note> of(String path) {
    return Optional.ofNullable(NOTES.get(path));
  }

  private static Note ignored(String why) {
    return new Note(Severity.IGNORED, "has no effect here: " + why);
  }

  private static Note deprecated(String instead) {
    return new Note(Severity.DEPRECATED, "is an old name; " + instead);
  }
}
