package io.llmforge.localcluster.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;

/** JSON patch, RFC 6902: a list of operations that all work or none. */
public final class OperationPatch {

  private OperationPatch() {}

  public static JsonNode apply(JsonNode target, JsonNode operations) {
    if (!operations.isArray()) {
      throw StatusException.badRequest("a JSON patch is a list of operations");
    }
    try {
      return JsonPatch.apply(operations, target.deepCopy());
    } catch (JsonPatchException refused) {
      throw StatusException.of(
          Reason.Invalid,
          "the server rejected our request due to an error in our request: "
              + refused.getMessage());
    }
  }
}
