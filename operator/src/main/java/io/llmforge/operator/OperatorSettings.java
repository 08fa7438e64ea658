package io.llmforge.operator;

import io.llmforge.operator.desired.PodDefaults;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of the operator; {@code llmforge.trainer-image} is {@code LLMFORGE_TRAINER_IMAGE}. */
@ConfigMapping(prefix = "llmforge")
public interface OperatorSettings {

  /** Trainer image of FineTuneJobs that name none. */
  @WithDefault(PodDefaults.TRAINER_IMAGE)
  String trainerImage();

  /** Extended resource of one accelerator, for FineTuneJobs that name none. */
  @WithDefault(PodDefaults.ACCELERATOR_RESOURCE)
  String acceleratorResource();

  /** Time between two questions to the same trainer; also between two writes of progress. */
  @WithDefault("2s")
  Duration pollInterval();

  /**
   * Key that the tokens of trainers' status servers are made of; LLMFORGE_STATUS_KEY. Without one,
   * trainers answer whoever reaches them.
   */
  Optional<String> statusKey();

  /** Namespaces to look after, separated by commas. */
  @WithDefault("JOSDK_ALL_NAMESPACES")
  String namespaces();
}
