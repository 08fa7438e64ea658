package io.llmforge.crds.api.v1alpha1;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** One LLMForge config, and what became of it. */
@Group("llmforge.io")
@Version("v1alpha1")
@Kind("FineTuneJob")
@Singular("finetunejob")
@Plural("finetunejobs")
@ShortNames("ftj")
public final class FineTuneJob extends CustomResource<FineTuneJobSpec, FineTuneJobStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  // Records cannot be created empty, so the superclass must not try.
  @Override
  @SuppressWarnings("NullAway")
  protected FineTuneJobSpec initSpec() {
    return null;
  }

  @Override
  @SuppressWarnings("NullAway")
  protected FineTuneJobStatus initStatus() {
    return null;
  }
}
