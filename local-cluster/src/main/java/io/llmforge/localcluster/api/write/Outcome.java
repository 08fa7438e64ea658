package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** An object after a write, and what the client should be warned of. */
public record Outcome(ObjectNode object, boolean isCreated, List<String> warnings) {}
