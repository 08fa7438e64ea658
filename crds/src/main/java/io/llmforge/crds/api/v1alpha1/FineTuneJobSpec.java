package io.llmforge.crds.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user asks for.
 *
 * @param config The LLMForge config, as it stands.
 * @param image Trainer image. Default: the operator's.
 * @param validateOnly Only check the config; create nothing.
 * @param resources What each trainer pod asks for.
 * @param storage Volumes of the run.
 * @param outputs Where the result is published. Default: the run's workspace.
 * @param podTemplate Additions to the trainer pods.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FineTuneJobSpec(
    @Nullable JsonNode config,
    @Nullable String image,
    @Nullable Boolean validateOnly,
    @Nullable Resources resources,
    @Nullable Storage storage,
    @Nullable List<Output> outputs,
    @Nullable PodTemplate podTemplate) {

  /**
   * What each trainer pod asks for.
   *
   * @param accelerator The accelerator.
   * @param perDevice CPU and memory per device, as Kubernetes quantities.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Resources(@Nullable Accelerator accelerator, @Nullable PerDevice perDevice) {}

  /**
   * The accelerator a device is.
   *
   * @param resourceName Extended resource that pods ask for. Default: nvidia.com/gpu.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Accelerator(@Nullable String resourceName) {}

  /**
   * CPU and memory per device.
   *
   * @param cpu For example "8".
   * @param memory For example 64Gi.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PerDevice(@Nullable String cpu, @Nullable String memory) {}

  /**
   * Volumes of the run.
   *
   * @param workspace The volume the run works on.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Storage(@Nullable Workspace workspace) {}

  /**
   * The volume the run works on; checkpoints live there. It belongs to the run and goes with it.
   *
   * @param size Default: 20Gi.
   * @param storageClassName Default: the cluster's.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Workspace(@Nullable String size, @Nullable String storageClassName) {}

  /**
   * Where the result is published.
   *
   * @param name Name of the output, unique in the list.
   * @param uri pvc://CLAIM/FOLDER in the job's namespace.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Output(@Nullable String name, @Nullable String uri) {}

  /**
   * Additions to the trainer pods.
   *
   * @param labels Labels added to the pods.
   * @param annotations Annotations added to the pods.
   * @param nodeSelector Nodes the pods may run on.
   * @param imagePullSecrets Names of the secrets that pull the image.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PodTemplate(
      @Nullable Map<String, String> labels,
      @Nullable Map<String, String> annotations,
      @Nullable Map<String, String> nodeSelector,
      @Nullable List<String> imagePullSecrets) {}
}
