package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Logs why values cannot be renewed, each reason once, and when all of them are again. */
final class OutageLog implements SecretsListener {
  private final Duration maxStale;

  /** What is stale, and why. */
  private final Map<SecretRef, String> stale = new HashMap<>();

  private @Nullable String withdrawn;

  OutageLog(Duration maxStale) {
    this.maxStale = maxStale;
  }

  @Override
  public synchronized void stale(SecretRef ref, SecretException failure) {
    String why = reason(failure);
    boolean known = stale.containsValue(why);
    stale.put(ref, why);
    if (!known) {
      log(
          System.Logger.Level.WARNING,
          "Values are served as they are, for "
              + maxStale.toString().substring(2).toLowerCase(Locale.ROOT)
              + " at most, since they could not be renewed: "
              + why);
    }
  }

  @Override
  public synchronized void renewed(SecretRef ref) {
    if (stale.remove(ref) != null && stale.isEmpty()) {
      log(System.Logger.Level.INFO, "Values are renewed again.");
    }
  }

  @Override
  public synchronized void withdrawn(SecretRef ref, SecretException failure) {
    stale.remove(ref);
    String why = reason(failure);
    if (!why.equals(withdrawn)) {
      log(System.Logger.Level.WARNING, "Values are not served any more: " + why);
    }
    withdrawn = why;
  }

  /** Returns what failed first: while the source is left alone, messages count the seconds. */
  private static String reason(SecretException failure) {
    Throwable first = failure;
    while (first.getCause() instanceof SecretException cause) {
      first = cause;
    }
    return String.valueOf(first.getMessage());
  }

  private static void log(System.Logger.Level level, String message) {
    System.getLogger(OutageLog.class.getName()).log(level, message);
  }
}
