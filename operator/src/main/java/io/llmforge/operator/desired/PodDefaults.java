package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNull;

/**
 * What a pod gets when its FineTuneJob does not say, and what an administrator says for it.
 *
 * @param trainerImage image of the trainer
 * @param acceleratorResource extended resource of one accelerator
 * @param statusReaders who may ask its status
 */
public record PodDefaults(
    String trainerImage, String acceleratorResource, StatusReaders statusReaders) {

  public static final String TRAINER_IMAGE = "llmforge/trainer:0.1.0";
  public static final String ACCELERATOR_RESOURCE = "nvidia.com/gpu";

  public PodDefaults {
    requireNonNull(trainerImage, "trainerImage");
    requireNonNull(acceleratorResource, "acceleratorResource");
    requireNonNull(statusReaders, "statusReaders");
  }

  public PodDefaults(String trainerImage, String acceleratorResource) {
    this(trainerImage, acceleratorResource, StatusReaders.EVERYBODY);
  }

  public PodDefaults withStatusReaders(StatusReaders readers) {
    return new PodDefaults(trainerImage, acceleratorResource, readers);
  }
}
