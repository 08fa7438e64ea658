package io.llmforge.localcluster.api.write;

import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import java.util.List;

/** Which object a request writes, which part of it, and how. */
public record Write(ResourceType type, ObjectKey key, Part part, WriteOptions options) {

  StatusException.Subject subject() {
    return type.subject(key.name());
  }

  void refuseIfInvalid(List<Cause> causes) {
    if (!causes.isEmpty()) {
      throw StatusException.invalid(type.kindSubject(key.name()), causes);
    }
  }
}
