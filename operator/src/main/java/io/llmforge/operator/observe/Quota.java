package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * A ResourceQuota of the FineTuneJob's namespace. Amounts are in base units: cores, bytes, devices.
 *
 * @param name its name
 * @param hard its limits, by their keys in a quota, for example {@code requests.nvidia.com/gpu}
 * @param used what the API server last counted, by the same keys
 * @param scopes which pods it counts; all when there is none, else those that every one accepts
 */
public record Quota(
    String name, Map<String, BigDecimal> hard, Map<String, BigDecimal> used, List<Scope> scopes) {

  public Quota {
    requireNonNull(name, "name");
    hard = Map.copyOf(hard);
    used = Map.copyOf(used);
    scopes = List.copyOf(scopes);
  }

  /**
   * A scope, as a quota names it.
   *
   * @param name for example {@code NotTerminating} or {@code PriorityClass}
   * @param operator {@code Exists}, {@code DoesNotExist}, {@code In} or {@code NotIn}
   * @param values values for the last two
   */
  public record Scope(String name, String operator, List<String> values) {

    public Scope {
      requireNonNull(name, "name");
      requireNonNull(operator, "operator");
      values = List.copyOf(values);
    }
  }
}
