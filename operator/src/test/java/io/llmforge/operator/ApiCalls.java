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
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calls of an API server, each as {@code VERB GROUP/RESOURCE}. */
final class ApiCalls {

  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api|apis/(?<group>[^/]+))/[^/]+/(?:namespaces/[^/]+/)?"
              + "(?<resource>[a-z]+)(?:/(?<name>[^/]+))?(?:/(?<sub>[a-z]+))?");

  private final ConcurrentSkipListSet<String> calls = new ConcurrentSkipListSet<>();

  KubernetesClient record(KubernetesClient client) {
    return new KubernetesClientBuilder()
        .withConfig(client.getConfiguration())
        .withHttpClientBuilderConsumer(
            builder -> builder.addOrReplaceInterceptor("calls", new Recorder()))
        .build();
  }

  SortedSet<String> made() {
    return new TreeSet<>(calls);
  }

  /** What the rules of a role grant. */
  static SortedSet<String> granted(Path rules) throws IOException {
    SortedSet<String> granted = new TreeSet<>();
    for (JsonNode rule : new YAMLMapper().readTree(rules.toFile())) {
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
    calls.add(
        "%s %s/%s".formatted(verb(method, matcher.group("name") != null, uri), group, resource));
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
