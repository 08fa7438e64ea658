package io.llmforge.localcluster.api.status;

import java.util.Comparator;

/**
 * One thing that is wrong with an object.
 *
 * @param field where, such as {@code spec.template.spec.containers[0].image}
 * @param message what, as it is shown to people
 */
public record Cause(Kind kind, String field, String message) {

  /** In the order of the object's fields, as far as their names tell. */
  public static final Comparator<Cause> BY_FIELD = Comparator.comparing(Cause::field);

  /** The closed list of things that can be wrong with a field. */
  public enum Kind {
    FieldValueRequired,
    FieldValueInvalid,
    FieldValueNotSupported,
    FieldValueForbidden,
    FieldValueTooLong,
    FieldValueTooMany,
    FieldValueDuplicate,
    FieldValueTypeInvalid,
    FieldManagerConflict,
    NamespaceTerminating
  }

  public static Cause required(String field, String detail) {
    String suffix = detail.isEmpty() ? "" : ": " + detail;
    return new Cause(Kind.FieldValueRequired, field, "Required value" + suffix);
  }

  /**
   * A value that the field does not allow.
   *
   * @param shownValue the value as JSON
   */
  public static Cause invalid(String field, String shownValue, String detail) {
    return new Cause(Kind.FieldValueInvalid, field, "Invalid value: " + shownValue + ": " + detail);
  }

  public static Cause typeInvalid(String field, String shownValue, String detail) {
    return new Cause(
        Kind.FieldValueTypeInvalid, field, "Invalid value: " + shownValue + ": " + detail);
  }

  public static Cause forbidden(String field, String detail) {
    return new Cause(Kind.FieldValueForbidden, field, "Forbidden: " + detail);
  }

  public static Cause duplicate(String field, String shownValue) {
    return new Cause(Kind.FieldValueDuplicate, field, "Duplicate value: " + shownValue);
  }

  public static Cause unsupported(String field, String shownValue, String supported) {
    return new Cause(
        Kind.FieldValueNotSupported,
        field,
        "Unsupported value: " + shownValue + ": supported values: " + supported);
  }
}
