package io.llmforge.operator.decide;

import java.math.BigDecimal;
import java.util.List;

/** Amounts of a quota, as people write them. */
final class AmountText {

  private static final BigDecimal STEP = BigDecimal.valueOf(1024);
  private static final List<String> UNITS = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");

  private AmountText() {}

  /** Bytes in the greatest unit that divides them, everything else as a plain number. */
  static String of(String key, BigDecimal amount) {
    if (!key.endsWith("memory") && !key.endsWith("storage")) {
      return plain(amount);
    }
    BigDecimal rest = amount;
    int unit = 0;
    while (unit + 1 < UNITS.size() && rest.signum() != 0 && rest.remainder(STEP).signum() == 0) {
      rest = rest.divide(STEP);
      unit++;
    }
    return plain(rest) + UNITS.get(unit);
  }

  private static String plain(BigDecimal amount) {
    return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
  }
}
