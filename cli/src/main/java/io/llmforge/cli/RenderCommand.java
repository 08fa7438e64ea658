package io.llmforge.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.config.Finding;
import io.llmforge.operator.Rendering;
import io.llmforge.operator.desired.PodDefaults;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code llmforge render}: the objects the operator would create, by the operator's own code. */
@Command(
    name = "render",
    mixinStandardHelpOptions = true,
    description = "Prints every object that the operator would create for a FineTuneJob.",
    footer = {
      "",
      "Findings go to stderr. Owner references lack the uid that applying the FineTuneJob gives it.",
      "Exits 0 with manifests on stdout, 65 when the job is refused, 66 when it cannot be read."
    })
final class RenderCommand implements Callable<Integer> {

  private static final int OK = 0;
  private static final int REFUSED = 65;
  private static final int FILE_MISSING = 66;

  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_EMPTY, JsonInclude.Include.NON_EMPTY))
          .build();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "FineTuneJob.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Path file;

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      defaultValue = PodDefaults.TRAINER_IMAGE,
      description = "The operator's trainer image. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private String image;

  @Option(
      names = "--accelerator",
      paramLabel = "RESOURCE",
      defaultValue = PodDefaults.ACCELERATOR_RESOURCE,
      description = "The operator's accelerator resource. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private String accelerator;

  @Override
  public Integer call() throws IOException {
    FineTuneJob job;
    try {
      job = YAML.readValue(file.toFile(), FineTuneJob.class);
    } catch (IOException e) {
      return unreadable(e.getMessage());
    }
    if (isNameless(job)) {
      return unreadable("it has no metadata.name, so it is no FineTuneJob");
    }
    Rendering rendering = Rendering.of(job, new PodDefaults(image, accelerator));
    var err = spec.commandLine().getErr();
    rendering.decision().planning().findings().forEach(finding -> err.println(text(finding)));
    if (rendering.isRefused()) {
      return REFUSED;
    }
    var out = spec.commandLine().getOut();
    for (HasMetadata object : rendering.objects()) {
      out.print(YAML.writeValueAsString(object));
    }
    out.flush();
    return OK;
  }

  private static boolean isNameless(@Nullable FineTuneJob job) {
    return job == null || job.getMetadata() == null || job.getMetadata().getName() == null;
  }

  private int unreadable(@Nullable String why) {
    spec.commandLine().getErr().println("%s: cannot be read: %s".formatted(file, why));
    return FILE_MISSING;
  }

  private String text(Finding finding) {
    return "%s: %s: %s: %s".formatted(file, finding.severity(), finding.path(), finding.message());
  }
}
