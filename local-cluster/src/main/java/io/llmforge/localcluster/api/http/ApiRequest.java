package io.llmforge.localcluster.api.http;

import io.llmforge.localcluster.api.status.StatusException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request, read to its end.
 *
 * @param path the decoded segments of the path, without empty ones
 * @param query parameter values in the order given
 * @param headers values by lower-case name
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Requests are never compared, and a copy of each body helps nobody.
public record ApiRequest(
    String method,
    List<String> path,
    Map<String, List<String>> query,
    Map<String, String> headers,
    byte[] body) {

  public Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name)).map(List::getFirst).filter(text -> !text.isEmpty());
  }

  /** Whether a parameter is there and says yes; present without a value means yes. */
  public boolean flag(String name) {
    List<String> values = query.get(name);
    return values != null && !List.of("false", "0").contains(values.getFirst());
  }

  public Optional<Long> number(String name) {
    try {
      return parameter(name).map(Long::valueOf);
    } catch (NumberFormatException notNumber) {
      throw StatusException.badRequest(
          "query parameter " + name + " must be a number, not " + parameter(name).orElse(""));
    }
  }

  public String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** The media type of the body without its parameters. */
  public String contentType() {
    String header = header("content-type");
    int parameters = header.indexOf(';');
    return (parameters < 0 ? header : header.substring(0, parameters)).strip();
  }
}
