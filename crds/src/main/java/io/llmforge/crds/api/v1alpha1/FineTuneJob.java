package io.llmforge.crds.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
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
@ValidationRule(
    value =
        "self.metadata.name.size() <= 40 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message =
        "metadata.name must be at most 40 lower-case letters, digits and '-', begin with a letter and end with a letter or digit: pods are named after it")
@AdditionalPrinterColumn(
    name = "PHASE",
    type = AdditionalPrinterColumn.Type.STRING,
    jsonPath = ".status.phase")
@AdditionalPrinterColumn(
    name = "PROGRESS",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".status.progress.percent")
@AdditionalPrinterColumn(
    name = "STEP",
    type = AdditionalPrinterColumn.Type.STRING,
    jsonPath = ".status.progress.stepText")
@AdditionalPrinterColumn(
    name = "LOSS",
    type = AdditionalPrinterColumn.Type.STRING,
    jsonPath = ".status.progress.loss")
@AdditionalPrinterColumn(
    name = "ETA",
    type = AdditionalPrinterColumn.Type.STRING,
    jsonPath = ".status.progress.eta")
@AdditionalPrinterColumn(
    name = "GPUS",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".status.resources.gpus")
@AdditionalPrinterColumn(
    name = "AGE",
    type = AdditionalPrinterColumn.Type.DATE,
    jsonPath = ".metadata.creationTimestamp")
@AdditionalPrinterColumn(
    name = "MODEL",
    type = AdditionalPrinterColumn.Type.STRING,
    jsonPath = ".spec.config.model_id",
    priority = 1)
@AdditionalPrinterColumn(
    name = "QUEUE",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".status.queue.position",
    priority = 1)
@AdditionalPrinterColumn(
    name = "RUN",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".status.run.number",
    priority = 1)
@AdditionalPrinterColumn(
    name = "REASON",
    type = AdditionalPrinterColumn.Type.STRING,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1)
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
