package dev.latchkey.testing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What exceptions say, and copies of them that say less. */
final class Thrown {
  private Thrown() {}

  /** Returns an exception with its causes and what it suppressed, each once. */
  static List<Throwable> chain(@Nullable Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> open = new ArrayDeque<>();
    if (thrown != null) {
      open.add(thrown);
    }
    while (!open.isEmpty()) {
      Throwable next = open.remove();
      if (seen.add(next)) {
        chain.add(next);
        open.addAll(List.of(next.getSuppressed()));
        if (next.getCause() != null) {
          open.add(next.getCause());
        }
      }
    }
    return chain;
  }

  /** Returns what is printed of an exception, or its own message where that is another. */
  static String text(Throwable thrown) {
    String printed = said(thrown, Throwable::toString);
    String message = said(thrown, Throwable::getMessage);
    return printed.contains(message) ? printed : printed + " " + message;
  }

  private static String said(Throwable thrown, Function<Throwable, @Nullable String> how) {
    try {
      String said = how.apply(thrown);
      return said == null ? "" : said;
    } catch (RuntimeException e) {
      return thrown.getClass().getName();
    }
  }

  /**
   * Returns a copy of an exception with its causes and what it suppressed: their types and stack
   * traces, and their texts redacted.
   */
  static SecretLeakError redacted(Throwable thrown, UnaryOperator<String> redact) {
    return redacted(thrown, redact, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static SecretLeakError redacted(
      Throwable thrown, UnaryOperator<String> redact, Set<Throwable> seen) {
    seen.add(thrown);
    SecretLeakError copy = new SecretLeakError(redact.apply(text(thrown)));
    copy.setStackTrace(thrown.getStackTrace());
    Throwable cause = thrown.getCause();
    if (cause != null && !seen.contains(cause)) {
      copy.initCause(redacted(cause, redact, seen));
    }
    for (Throwable each : thrown.getSuppressed()) {
      if (!seen.contains(each)) {
        copy.addSuppressed(redacted(each, redact, seen));
      }
    }
    return copy;
  }
}
