package io.llmforge.localcluster.api.endpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.discovery.DiscoveryEndpoint.ExtraResource;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.http.Endpoint;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import java.util.List;
import java.util.Map;

/** Questions about permissions. Whoever reaches this server may do everything, and hears so. */
public final class ReviewEndpoint implements Endpoint {
  private static final String USER = "llmforge-local";

  /** The reviews by "group/version", for discovery. */
  public static final Map<String, List<ExtraResource>> RESOURCES =
      Map.of(
          "authorization.k8s.io/v1",
          List.of(
              review("selfsubjectaccessreviews", "SelfSubjectAccessReview", false),
              review("selfsubjectrulesreviews", "SelfSubjectRulesReview", false),
              review("subjectaccessreviews", "SubjectAccessReview", false),
              review("localsubjectaccessreviews", "LocalSubjectAccessReview", true)),
          "authentication.k8s.io/v1",
          List.of(
              review("tokenreviews", "TokenReview", false),
              review("selfsubjectreviews", "SelfSubjectReview", false)));

  private static ExtraResource review(String name, String kind, boolean isNamespaced) {
    return new ExtraResource(name, kind, isNamespaced, List.of("create"));
  }

  /** Whether a target is one of the reviews. */
  static boolean isReview(Target target) {
    return RESOURCES.getOrDefault(target.group() + "/" + target.version(), List.of()).stream()
        .anyMatch(resource -> resource.name().equals(target.plural()));
  }

  @Override
  public ApiResponse answer(ApiRequest request) {
    if (!request.method().equals("POST")) {
      throw StatusException.of(Reason.MethodNotAllowed, "a review is created, nothing else");
    }
    ObjectNode review = RequestBody.object(request);
    ObjectNode status = review.putObject("status");
    switch (review.path("kind").asText()) {
      case "SelfSubjectRulesReview" -> allowEverything(status);
      case "TokenReview" -> {
        status.put("authenticated", true);
        status.putObject("user").put("username", USER);
      }
      case "SelfSubjectReview" -> status.putObject("userInfo").put("username", USER);
      default -> status.put("allowed", true);
    }
    return new ApiResponse.Document(201, review, List.of());
  }

  private static void allowEverything(ObjectNode status) {
    ObjectNode rule = status.putArray("resourceRules").addObject();
    for (String field : List.of("verbs", "apiGroups", "resources")) {
      rule.putArray(field).add("*");
    }
    ObjectNode urls = status.putArray("nonResourceRules").addObject();
    for (String field : List.of("verbs", "nonResourceURLs")) {
      urls.putArray(field).add("*");
    }
    status.put("incomplete", false);
  }
}
