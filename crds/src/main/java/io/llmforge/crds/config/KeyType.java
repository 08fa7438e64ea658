package io.llmforge.crds.config;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a key takes. */
sealed interface KeyType {

  /** The type as messages call it. */
  String words();

  record Text() implements KeyType {
    @Override
    public String words() {
      return "text";
    }
  }

  record Flag() implements KeyType {
    @Override
    public String words() {
      return "true or false";
    }
  }

  record Whole(Range range) implements KeyType {
    @Override
    public String words() {
      return "a whole number" + range.words();
    }
  }

  record Real(Range range) implements KeyType {
    @Override
    public String words() {
      return "a number" + range.words();
    }
  }

  /**
   * One of several words.
   *
   * @param values those that are understood
   * @param offered those of them that messages propose; the others are refused later, with reason
   */
  record Choice(List<String> values, List<String> offered) implements KeyType {
    public Choice {
      values = List.copyOf(values);
      offered = List.copyOf(offered);
    }

    @Override
    public String words() {
      return "one of " + String.join(", ", offered);
    }
  }

  record ListOf(KeyType item) implements KeyType {
    @Override
    public String words() {
      return "a list";
    }
  }

  record MapOf(KeyType value) implements KeyType {
    @Override
    public String words() {
      return "a mapping";
    }
  }

  record AnyOf(List<Form> forms) implements KeyType {
    public AnyOf {
      forms = List.copyOf(forms);
    }

    @Override
    public String words() {
      return forms.stream().map(Form::words).collect(Collectors.joining(" or "));
    }
  }

  /** A mapping with known keys. */
  record Block(Map<String, KeyType> keys) implements KeyType {
    @Override
    public String words() {
      return "a mapping of settings";
    }
  }

  /** Any value at all. */
  record Anything() implements KeyType {
    @Override
    public String words() {
      return "anything";
    }
  }

  /** The numbers a key takes. */
  record Range(double minimum, boolean minimumBelongs, double maximum, boolean maximumBelongs) {

    boolean contains(double value) {
      return (minimumBelongs ? value >= minimum : value > minimum)
          && (maximumBelongs ? value <= maximum : value < maximum);
    }

    String words() {
      var low =
          Double.isInfinite(minimum) ? "" : (minimumBelongs ? "at least " : "above ") + of(minimum);
      var high =
          Double.isInfinite(maximum) ? "" : (maximumBelongs ? "at most " : "below ") + of(maximum);
      if (low.isEmpty() || high.isEmpty()) {
        return low.isEmpty() && high.isEmpty() ? "" : ", " + low + high;
      }
      return ", " + low + " and " + high;
    }

    private static String of(double bound) {
      return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
  }
}
