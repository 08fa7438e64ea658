package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.config.Finding.Severity;
import java.util.List;

/**
 * What Ray resource maps may hold: {@code accelerator_type:TYPE} and {@code
 * anyscale/accelerator_shape:NxTYPE} with a token amount, {@code memory} in bytes, and any custom
 * resource such as an instance type.
 */
final class ResourceRules {

  private static final String TYPE = "accelerator_type:";
  private static final String FORMER_TYPE = "acceleratorx_type:";
  private static final String SCALING = "preference_tuning_config.logprob_processor_scaling_config";

  private final Findings findings;

  ResourceRules(Findings findings) {
    this.findings = findings;
  }

  /** Checks every resource map of the config and puts present names into them. */
  void check(ObjectNode config) {
    checkMap(config.path("worker_resources"), "worker_resources");
    checkMap(config.path("trainer_resources"), "trainer_resources");
    var scaling = config.at("/" + SCALING.replace('.', '/'));
    checkMap(scaling.path("custom_resources"), SCALING + ".custom_resources");
  }

  private void checkMap(JsonNode map, String path) {
    if (!(map instanceof ObjectNode resources)) {
      return;
    }
    List<String> keys = resources.propertyStream().map(java.util.Map.Entry::getKey).toList();
    keys.forEach(key -> checkAmount(resources, key, path + "." + key));
    if (keys.stream().filter(key -> key.startsWith(TYPE)).count() > 1) {
      findings.error(path, "asks for two accelerator types at once; keep one");
    }
  }

  private void checkAmount(ObjectNode resources, String key, String path) {
    double amount = resources.get(key).doubleValue();
    if (key.startsWith(FORMER_TYPE)) {
      var present = TYPE + key.substring(FORMER_TYPE.length());
      findings.add(Severity.DEPRECATED, path, "is a misspelling in old guides; write " + present);
      resources.set(present, resources.remove(key));
    }
    if (key.equals("accelerator") || key.equals("accelerator_type")) {
      findings.error(path, "names no accelerator; write for example accelerator_type:A10G: 0.001");
    }
    if (amount <= 0) {
      findings.error(path, "expects an amount above 0, found " + amount);
    }
    if (key.startsWith(TYPE) && amount > 1) {
      findings.error(
          path, "expects at most 1: the amount only marks the type, num_devices says how many");
    }
  }
}
