package io.llmforge.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Checkpoints;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Credential;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Output;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.PodTemplate;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Queue;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Reference;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Resources;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.RunPolicy;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Storage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A spec that says no more than what a test is about. */
public final class SpecDraft {

  private final @Nullable JsonNode config;
  private @Nullable String image;
  private @Nullable Boolean validateOnly;
  private @Nullable Boolean suspend;
  private @Nullable Resources resources;
  private @Nullable Storage storage;
  private @Nullable List<Output> outputs;
  private @Nullable PodTemplate podTemplate;
  private @Nullable List<Credential> credentials;
  private @Nullable Queue queue;
  private @Nullable RunPolicy runPolicy;
  private @Nullable String retryToken;
  private @Nullable Reference reference;
  private @Nullable Checkpoints checkpoints;

  private SpecDraft(@Nullable JsonNode config) {
    this.config = config;
  }

  public static SpecDraft of(@Nullable JsonNode config) {
    return new SpecDraft(config);
  }

  public SpecDraft image(@Nullable String said) {
    this.image = said;
    return this;
  }

  public SpecDraft validateOnly(@Nullable Boolean said) {
    this.validateOnly = said;
    return this;
  }

  public SpecDraft suspend(@Nullable Boolean said) {
    this.suspend = said;
    return this;
  }

  public SpecDraft resources(@Nullable Resources said) {
    this.resources = said;
    return this;
  }

  public SpecDraft storage(@Nullable Storage said) {
    this.storage = said;
    return this;
  }

  public SpecDraft outputs(@Nullable List<Output> said) {
    this.outputs = said;
    return this;
  }

  public SpecDraft podTemplate(@Nullable PodTemplate said) {
    this.podTemplate = said;
    return this;
  }

  public SpecDraft credentials(@Nullable List<Credential> said) {
    this.credentials = said;
    return this;
  }

  public SpecDraft queue(@Nullable Queue said) {
    this.queue = said;
    return this;
  }

  public SpecDraft runPolicy(@Nullable RunPolicy said) {
    this.runPolicy = said;
    return this;
  }

  public SpecDraft retryToken(@Nullable String said) {
    this.retryToken = said;
    return this;
  }

  public SpecDraft reference(@Nullable Reference said) {
    this.reference = said;
    return this;
  }

  public SpecDraft checkpoints(@Nullable Checkpoints said) {
    this.checkpoints = said;
    return this;
  }

  public FineTuneJobSpec build() {
    return new FineTuneJobSpec(
        config,
        image,
        validateOnly,
        suspend,
        resources,
        storage,
        outputs,
        podTemplate,
        credentials,
        queue,
        runPolicy,
        retryToken,
        reference,
        checkpoints);
  }
}
