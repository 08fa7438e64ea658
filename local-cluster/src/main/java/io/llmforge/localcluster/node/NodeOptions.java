package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Quantity;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.node.container.ImageCatalogue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * What a node is told.
 *
 * @param labels of the Node, beside those that every node has
 * @param capacity what the scheduler may give away: cpu, memory, pods, accelerators such as
 *     nvidia.com/gpu; nothing checks that the machine has it
 * @param podsFolder where pods keep their files while they exist
 * @param claimFolder the folder of a claim, by namespace and name
 * @param hostEnvironment what every process gets: at least PATH
 * @param retry paces restarts of containers and further looks for what a container lacks
 * @param closingGrace how long processes may take to end when the node itself is closed
 */
public record NodeOptions(
    String name,
    Map<String, String> labels,
    Map<String, Quantity> capacity,
    Path podsFolder,
    BiFunction<String, String, Path> claimFolder,
    ImageCatalogue images,
    Map<String, String> hostEnvironment,
    Backoff retry,
    Duration closingGrace) {
  public NodeOptions {
    labels = Map.copyOf(labels);
    capacity = Map.copyOf(capacity);
    hostEnvironment = Map.copyOf(hostEnvironment);
    podsFolder = podsFolder.toAbsolutePath().normalize();
  }
}
