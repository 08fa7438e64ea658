package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.decide.AcceleratorMap;

/**
 * What a pod gets when its FineTuneJob does not say, and what an administrator says for it.
 *
 * @param trainerImage image of the trainer
 * @param acceleratorResource extended resource of one accelerator
 * @param statusReaders who may ask its status
 * @param accelerators where accelerators of a named product are
 */
public record PodDefaults(
    String trainerImage,
    String acceleratorResource,
    StatusReaders statusReaders,
    AcceleratorMap accelerators) {

  public static final String TRAINER_IMAGE = "llmforge/trainer:0.1.0";
  public static final String ACCELERATOR_RESOURCE = "nvidia.com/gpu";

  public PodDefaults {
    requireNonNull(trainerImage, "trainerImage");
    requireNonNull(acceleratorResource, "acceleratorResource");
    requireNonNull(statusReaders, "statusReaders");
    requireNonNull(accelerators, "accelerators");
  }

  public PodDefaults(String trainerImage, String acceleratorResource) {
    this(trainerImage, acceleratorResource, StatusReaders.EVERYBODY, AcceleratorMap.NONE);
  }

  public PodDefaults withStatusReaders(StatusReaders readers) {
    return new PodDefaults(trainerImage, acceleratorResource, readers, accelerators);
  }

  public PodDefaults withAccelerators(AcceleratorMap map) {
    return new PodDefaults(trainerImage, acceleratorResource, statusReaders, map);
  }
}
