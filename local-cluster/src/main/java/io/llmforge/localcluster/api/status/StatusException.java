package io.llmforge.localcluster.api.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.List;

/** A request that cannot be answered as asked, with the {@code Status} object the client gets. */
public final class StatusException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient Subject subject;
  private final transient List<Cause> causes;

  public StatusException(Reason reason, String message, Subject subject, List<Cause> causes) {
    super(message, null, false, false);
    this.reason = reason;
    this.subject = subject;
    this.causes = List.copyOf(causes);
  }

  /** Which object a failure is about; empty strings where that is unknown. */
  public record Subject(String group, String kind, String name) {
    public static final Subject NONE = new Subject("", "", "");

    /** Such as {@code jobs.batch "train"}. */
    public String quoted() {
      return (group.isEmpty() ? kind : kind + "." + group) + " \"" + name + "\"";
    }
  }

  public static StatusException of(Reason reason, String message) {
    return new StatusException(reason, message, Subject.NONE, List.of());
  }

  public static StatusException badRequest(String message) {
    return of(Reason.BadRequest, message);
  }

  public static StatusException notFound(Subject subject) {
    return new StatusException(
        Reason.NotFound, subject.quoted() + " not found", subject, List.of());
  }

  public static StatusException alreadyExists(Subject subject) {
    return new StatusException(
        Reason.AlreadyExists, subject.quoted() + " already exists", subject, List.of());
  }

  public static StatusException conflict(Subject subject, String detail) {
    String message = "Operation cannot be fulfilled on " + subject.quoted() + ": " + detail;
    return new StatusException(Reason.Conflict, message, subject, List.of());
  }

  public static StatusException forbidden(Subject subject, String detail) {
    String message = subject.quoted() + " is forbidden: " + detail;
    return new StatusException(Reason.Forbidden, message, subject, List.of());
  }

  public static StatusException expired(String detail) {
    return of(Reason.Expired, detail);
  }

  /**
   * An object that its rules do not allow.
   *
   * @param subject its kind is the kind itself, such as {@code Job}, not the plural
   */
  public static StatusException invalid(Subject subject, List<Cause> causes) {
    List<String> lines =
        causes.stream().map(cause -> cause.field() + ": " + cause.message()).distinct().toList();
    String all = lines.size() == 1 ? lines.getFirst() : "[" + String.join(", ", lines) + "]";
    return new StatusException(
        Reason.Invalid, subject.quoted() + " is invalid: " + all, subject, causes);
  }

  public int code() {
    return reason.code();
  }

  public Reason reason() {
    return reason;
  }

  public ObjectNode toJson() {
    ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Failure").put("message", getMessage());
    status.put("reason", reason.name());
    ObjectNode details = Json.object();
    putIfNotEmpty(details, "name", subject.name());
    putIfNotEmpty(details, "group", subject.group());
    putIfNotEmpty(details, "kind", subject.kind());
    if (!causes.isEmpty()) {
      ArrayNode list = details.putArray("causes");
      causes.forEach(cause -> list.add(causeJson(cause)));
    }
    if (!details.isEmpty()) {
      status.set("details", details);
    }
    return status.put("code", reason.code());
  }

  private static ObjectNode causeJson(Cause cause) {
    ObjectNode json = Json.object().put("reason", cause.kind().name());
    json.put("message", cause.message());
    putIfNotEmpty(json, "field", cause.field());
    return json;
  }

  private static void putIfNotEmpty(ObjectNode json, String field, String value) {
    if (!value.isEmpty()) {
      json.put(field, value);
    }
  }
}
