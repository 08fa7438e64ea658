package io.llmforge.operator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Backoff;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.RunPolicy;

/** FineTuneJobs and configs for tests. */
public final class JobFixture {

  private JobFixture() {}

  /** The smallest config that can be trained. */
  public static ObjectNode config() {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("model_id", "pvc://data/model");
    config.put("train_path", "pvc://data/train.jsonl");
    ObjectNode format = config.putObject("generation_config").putObject("prompt_format");
    format.put("system", "{instruction}");
    format.put("user", "{instruction}");
    format.put("assistant", "{instruction}");
    return config;
  }

  /** A config that learns two labels. */
  public static ObjectNode classification() {
    ObjectNode config = config();
    config.putObject("classifier_config").putArray("label_tokens").add("[[no]]").add("[[yes]]");
    return config;
  }

  /** A config that learns from pairs, whose reference three pods score, four pairs at a time. */
  public static ObjectNode preference() {
    ObjectNode config = config();
    config
        .putObject("preference_tuning_config")
        .put("beta", 0.1)
        .putObject("logprob_processor_scaling_config")
        .put("concurrency", 3)
        .put("batch_size", 4);
    return config;
  }

  /** Two retries without a pause: a test has no time to wait. */
  public static RunPolicy twoRetries() {
    return new RunPolicy(2, new Backoff(0, 0), null, null, null, null, null, null);
  }

  /** A job of the default namespace. */
  public static FineTuneJob job(String name, ObjectNode config) {
    FineTuneJob job = manifest(name, config);
    job.getMetadata().setNamespace("default");
    return job;
  }

  /** A job that names no namespace, for a client to create in its own. */
  public static FineTuneJob manifest(String name, ObjectNode config) {
    FineTuneJob job = new FineTuneJob();
    job.setMetadata(new ObjectMetaBuilder().withName(name).build());
    job.setSpec(SpecDraft.of(config).runPolicy(twoRetries()).build());
    return job;
  }
}
