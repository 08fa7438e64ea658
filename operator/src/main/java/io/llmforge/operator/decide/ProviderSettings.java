package io.llmforge.operator.decide;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code logger.provider_config} says, whichever provider it is for.
 *
 * @param values by their keys
 * @param findings where it is said what cannot be read
 */
record ProviderSettings(Map<String, JsonNode> values, Findings findings) {

  static final String FIELD = "logger.provider_config";

  ProviderSettings {
    values = Map.copyOf(values);
  }

  /** Names all keys that are none of the provider's. */
  void requireKnown(Set<String> known, String provider) {
    values.keySet().stream()
        .filter(key -> !known.contains(key))
        .sorted()
        .forEach(
            key ->
                findings.ignored(
                    path(key), "has no effect here: it is no setting of " + provider + "'s"));
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).flatMap(value -> text(key, value));
  }

  /** One text, or a list of them. */
  List<String> texts(String key) {
    JsonNode value = values.get(key);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      return text(key, value).stream().toList();
    }
    List<String> texts = new ArrayList<>();
    value.forEach(element -> text(key, element).ifPresent(texts::add));
    return texts;
  }

  /** Whether it is said to be false; anything else leaves it true. */
  boolean isDenied(String key) {
    JsonNode value = values.get(key);
    return value != null && value.isBoolean() && !value.asBoolean();
  }

  /**
   * Whether pods can reach a server, as far as its address tells.
   *
   * @param secret what a Secret holds instead of a password in the address
   */
  boolean isServer(String key, String address, String secret) {
    try {
      URI uri = new URI(address);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (uri.getRawUserInfo() != null) {
        findings.invalid(
            path(key),
            "holds a user or password; put %s into a Secret of spec.credentials with purpose Tracking"
                .formatted(secret));
        return false;
      }
      if (Set.of("http", "https").contains(scheme) && uri.getHost() != null) {
        return true;
      }
    } catch (URISyntaxException e) {
      // Said below, as for what is no web address.
    }
    findings.invalid(
        path(key),
        "'%s' is no tracking server that a pod reaches; write http://HOST:PORT or https://HOST"
            .formatted(address));
    return false;
  }

  static String path(String key) {
    return FIELD + "." + key;
  }

  private Optional<String> text(String key, JsonNode value) {
    if (value.isContainerNode() || value.isBoolean()) {
      findings.ignored(path(key), "has no effect here: it is no text");
    }
    return Optional.of(value)
        .filter(it -> it.isTextual() || it.isNumber())
        .map(it -> it.asText().strip())
        .filter(it -> !it.isEmpty());
  }
}
