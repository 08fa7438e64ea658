package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

/** Says in present settings what old ones said, so that nobody else has to know the old ones. */
final class FormerSettings {

  private static final String FREQUENCY = "checkpoint_and_evaluation_frequency";

  private final Findings findings;

  FormerSettings(Findings findings) {
    this.findings = findings;
  }

  void translate(ObjectNode config) {
    var tag = config.remove("model_tag");
    if (tag != null) {
      set(config, "model_tag", "custom_model_tag", tag);
    }
    var off = config.remove("no_gradient_checkpoint");
    if (off != null) {
      var on = BooleanNode.valueOf(!off.booleanValue());
      set(config, "no_gradient_checkpoint", "gradient_checkpointing", on);
    }
    translateEpochs(config);
    var count = config.path("max_num_checkpoints");
    if (!count.isMissingNode() && config.has(FREQUENCY)) {
      config.remove("max_num_checkpoints");
      findings.warning("max_num_checkpoints", "is not used: %s counts".formatted(FREQUENCY));
    }
  }

  private void translateEpochs(ObjectNode config) {
    var epochs = config.remove("checkpoint_every_n_epochs");
    if (epochs == null) {
      return;
    }
    var frequency = JsonNodeFactory.instance.objectNode();
    frequency.set("unit", TextNode.valueOf("epochs"));
    frequency.set("frequency", epochs);
    set(config, "checkpoint_every_n_epochs", FREQUENCY, frequency);
  }

  private void set(ObjectNode config, String former, String present, JsonNode value) {
    var written = config.get(present);
    if (written != null && !written.equals(value)) {
      findings.error(
          former,
          "contradicts %s, which says %s; keep only the latter".formatted(present, written));
      return;
    }
    config.set(present, value);
  }
}
