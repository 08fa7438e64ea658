package io.llmforge.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calls of an API server, each as {@code VERB GROUP/RESOURCE}, by namespace. */
final class ApiCalls {

  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api|apis/(?<group>[^/]+))/[^/]+/(?:namespaces/(?<namespace>[^/]+)/)?"
              + "(?<resource>[a-z]+)(?:/(?<name>[^/]+))?(?:/(?<sub>[a-z]+))?");

  /** Where a call belongs that concerns no namespace, or all of them. */
  static final String WHOLE_CLUSTER = "";

  private final Map<String, ConcurrentSkipListSet<String>> calls = new ConcurrentHashMap<>();

  KubernetesClient record(KubernetesClient client) {
    return new KubernetesClientBuilder()
        .withConfig(client.getConfiguration())
        .withHttpClientBuilderConsumer(
            builder -> builder.addOrReplaceInterceptor("calls", new Recorder()))
        .build();
  }

  NavigableSet<String> made() {
    NavigableSet<String> made = new TreeSet<>();
    calls.values().forEach(made::addAll);
    return made;
  }

  /** The calls that concern a namespace. */
  NavigableSet<String> madeIn(String namespace) {
    NavigableSet<String> made = new TreeSet<>();
    Optional.ofNullable(calls.get(namespace)).ifPresent(made::addAll);
    return made;
  }

  /** The namespaces that calls concern. */
  NavigableSet<String> namespaces() {
    return new TreeSet<>(calls.keySet());
  }

  /** What the rules of a role grant. */
  static NavigableSet<String> granted(Path rules) throws IOException {
    return granted(new YAMLMapper().readTree(rules.toFile()));
  }

  /** What the rules of a role grant. */
  static NavigableSet<String> granted(JsonNode rules) {
    NavigableSet<String> granted = new TreeSet<>();
    for (JsonNode rule : rules) {
      for (JsonNode group : rule.get("apiGroups")) {
        for (JsonNode resource : rule.get("resources")) {
          for (JsonNode verb : rule.get("verbs")) {
            granted.add("%s %s/%s".formatted(verb.asText(), group.asText(), resource.asText()));
          }
        }
      }
    }
    return granted;
  }

  private void add(String method, URI uri) {
    Matcher matcher = PATH.matcher(uri.getPath());
    if (!matcher.matches()) {
      return;
    }
    String group = Optional.ofNullable(matcher.group("group")).orElse("");
    String resource =
        Optional.ofNullable(matcher.group("sub"))
            .map(sub -> matcher.group("resource") + "/" + sub)
            .orElse(matcher.group("resource"));
    calls
        .computeIfAbsent(
            Optional.ofNullable(matcher.group("namespace")).orElse(WHOLE_CLUSTER),
            namespace -> new ConcurrentSkipListSet<>())
        .add(
            "%s %s/%s"
                .formatted(verb(method, matcher.group("name") != null, uri), group, resource));
  }

  private static String verb(String method, boolean named, URI uri) {
    boolean watch = String.valueOf(uri.getQuery()).contains("watch=true");
    return switch (method) {
      case "GET" -> watch ? "watch" : named ? "get" : "list";
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> named ? "delete" : "deletecollection";
      default -> method;
    };
  }

  private final class Recorder implements Interceptor {
    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      add(request.method(), request.uri());
    }
  }
}
