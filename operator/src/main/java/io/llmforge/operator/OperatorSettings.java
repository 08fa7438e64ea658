package io.llmforge.operator;

import io.llmforge.operator.desired.PodDefaults;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
  @WithDefault("10s")
  Duration pollInterval();

  /**
   * Key that the tokens of trainers' status servers are made of; LLMFORGE_STATUS_KEY. Without one,
   * trainers answer whoever reaches them.
   */
  Optional<String> statusKey();

  /** Namespaces to look after, separated by commas. */
  @WithDefault("JOSDK_ALL_NAMESPACES")
  String namespaces();

  /**
   * Namespaces whose pods may ask trainers for their status, separated by commas; runs get a
   * NetworkPolicy then, and none when nobody is named.
   */
  Optional<List<String>> statusReaders();

  /** JSON file with the cluster's accelerators by their names in LLMForge configs. */
  Optional<Path> acceleratorProfiles();

  /** Namespace of the Lease by which several operators elect one; none when there is only one. */
  Optional<String> leaseNamespace();

  /** Name of that Lease. */
  @WithDefault("llmforge-operator")
  String leaseName();
}
