package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNull;

/**
 * What a pod gets when its FineTuneJob does not say.
 *
 * @param trainerImage image of the trainer
 * @param acceleratorResource extended resource of one accelerator
 */
public record PodDefaults(String trainerImage, String acceleratorResource) {

  public static final String TRAINER_IMAGE = "llmforge/trainer:0.1.0";
  public static final String ACCELERATOR_RESOURCE = "nvidia.com/gpu";

  public PodDefaults {
    requireNonNull(trainerImage, "trainerImage");
    requireNonNull(acceleratorResource, "acceleratorResource");
  }
}
