package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.observe.Quota;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A limit that a demand does not fit under: {@code used + needed > hard}.
 *
 * @param quota name of the ResourceQuota
 * @param key what it limits
 * @param needed what the whole stage takes
 * @param hard the limit
 * @param used what is taken
 */
record Shortage(String quota, String key, BigDecimal needed, BigDecimal hard, BigDecimal used) {

  /** Where these are limited, every container has to say what it needs. */
  private static final List<String> TO_BE_STATED =
      List.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

  Shortage {
    requireNonNull(quota, "quota");
    requireNonNull(key, "key");
    requireNonNull(needed, "needed");
    requireNonNull(hard, "hard");
    requireNonNull(used, "used");
  }

  /** Every limit that a demand does not fit under now, in the order of quotas and keys. */
  static List<Shortage> of(List<Quota> quotas, Demand demand) {
    return quotas.stream()
        .flatMap(
            quota ->
                limited(quota, demand).entrySet().stream()
                    .map(entry -> of(quota, entry.getKey(), entry.getValue())))
        .filter(shortage -> shortage.used.add(shortage.needed).compareTo(shortage.hard) > 0)
        .toList();
  }

  /** Whether a quota limits anything that the pods ask for. */
  static boolean isPossible(List<Quota> quotas, Demand demand) {
    return quotas.stream().anyMatch(quota -> !limited(quota, demand).isEmpty());
  }

  /**
   * What the quotas limit that the pods do not ask for: the API server refuses such pods, whatever
   * is free, unless a LimitRange asks for them. A sentence, or "".
   */
  static String unstated(List<Quota> quotas, Demand demand) {
    return quotas.stream()
        .filter(quota -> QuotaScopes.accept(quota, demand.kind()))
        .flatMap(
            quota ->
                TO_BE_STATED.stream()
                    .filter(quota.hard()::containsKey)
                    .filter(key -> !demand.pods().containsKey(key))
                    .map(key -> "%s limits %s".formatted(quota.name(), key)))
        .reduce((one, other) -> one + ", " + other)
        .map(
            limits ->
                limits
                    + ", which the pods do not ask for: write spec.resources.perDevice, or let a"
                    + " LimitRange set it. ")
        .orElse("");
  }

  /** Whether no amount of waiting helps. */
  boolean isForever() {
    return needed.compareTo(hard) > 0;
  }

  /** For example {@code team-gpu needs 8 requests.nvidia.com/gpu, free 3 (hard 8, used 5)}. */
  static String text(List<Shortage> shortages) {
    return shortages.stream().map(Shortage::text).collect(Collectors.joining("; "));
  }

  private String text() {
    return "%s needs %s %s, free %s (hard %s, used %s)"
        .formatted(
            quota,
            AmountText.of(key, needed),
            key,
            AmountText.of(key, hard.subtract(used).max(BigDecimal.ZERO)),
            AmountText.of(key, hard),
            AmountText.of(key, used));
  }

  private static Shortage of(Quota quota, String key, BigDecimal needed) {
    return new Shortage(
        quota.name(),
        key,
        needed,
        quota.hard().getOrDefault(key, BigDecimal.ZERO),
        quota.used().getOrDefault(key, BigDecimal.ZERO));
  }

  // A quota with scopes counts nothing but pods.
  private static Map<String, BigDecimal> limited(Quota quota, Demand demand) {
    if (!QuotaScopes.accept(quota, demand.kind())) {
      return Map.of();
    }
    Map<String, BigDecimal> limited =
        new TreeMap<>(quota.scopes().isEmpty() ? demand.all() : demand.pods());
    limited.keySet().retainAll(quota.hard().keySet());
    limited.values().removeIf(amount -> amount.signum() == 0);
    return limited;
  }
}
