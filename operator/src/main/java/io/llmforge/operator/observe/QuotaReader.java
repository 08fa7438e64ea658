package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatus;
import io.fabric8.kubernetes.api.model.ScopeSelector;
import io.fabric8.kubernetes.api.model.ScopedResourceSelectorRequirement;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads ResourceQuotas. */
final class QuotaReader {

  private static final String EXISTS = "Exists";

  private QuotaReader() {}

  /** Limits are those of the spec: what the status has of them may be a moment older. */
  static Quota read(ResourceQuota quota) {
    Map<String, Quantity> used =
        Optional.ofNullable(quota.getStatus()).map(ResourceQuotaStatus::getUsed).orElse(Map.of());
    return new Quota(
        quota.getMetadata().getName(),
        amounts(quota.getSpec().getHard()),
        amounts(used),
        scopes(quota));
  }

  private static List<Quota.Scope> scopes(ResourceQuota quota) {
    List<Quota.Scope> scopes = new ArrayList<>();
    orEmpty(quota.getSpec().getScopes())
        .forEach(name -> scopes.add(new Quota.Scope(name, EXISTS, List.of())));
    Optional.ofNullable(quota.getSpec().getScopeSelector())
        .map(ScopeSelector::getMatchExpressions)
        .orElse(List.of())
        .forEach(expression -> scopes.add(scope(expression)));
    return scopes;
  }

  private static Quota.Scope scope(ScopedResourceSelectorRequirement expression) {
    return new Quota.Scope(
        expression.getScopeName(), expression.getOperator(), orEmpty(expression.getValues()));
  }

  private static Map<String, BigDecimal> amounts(@Nullable Map<String, Quantity> quantities) {
    Map<String, BigDecimal> amounts = new TreeMap<>();
    requireNonNullElse(quantities, Map.<String, Quantity>of())
        .forEach((key, quantity) -> amounts.put(key, quantity.getNumericalAmount()));
    return amounts;
  }

  private static List<String> orEmpty(@Nullable List<String> list) {
    return requireNonNullElse(list, List.of());
  }
}
