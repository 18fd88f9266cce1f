package dev.latchkey.testing.contract;

import java.util.List;

/**
 * Something for a suite to run against: sound, or with a defect that the suite must notice.
 *
 * @param <F> what makes it
 * @param what what it is, or does wrong
 * @param make makes it
 * @param breaks the tests of the suite that must fail; none for a sound one
 */
record SuiteVariant<F>(String what, F make, List<String> breaks) {
  static <F> SuiteVariant<F> sound(String what, F make) {
    return new SuiteVariant<>(what, make, List.of());
  }

  static <F> SuiteVariant<F> defect(String what, F make, String... breaks) {
    if (breaks.length == 0) {
      throw new IllegalArgumentException("A defect that breaks nothing: " + what);
    }
    return new SuiteVariant<>(what, make, List.of(breaks));
  }

  boolean isSound() {
    return breaks.isEmpty();
  }

  /** Returns what makes the variant that is called so. */
  static <F> F named(String what, List<SuiteVariant<F>> variants) {
    return variants.stream().filter(v -> v.what.equals(what)).findFirst().orElseThrow().make;
  }
}
