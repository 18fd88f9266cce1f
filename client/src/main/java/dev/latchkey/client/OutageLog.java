package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Logs why values cannot be renewed, each reason once, and when they are again. */
final class OutageLog implements SecretsListener {
  /** Beyond this many reasons they are forgotten, and may be told again. */
  private static final int MAX_REASONS = 100;

  private final Duration maxStale;
  private final Set<String> told = new HashSet<>();

  OutageLog(Duration maxStale) {
    this.maxStale = maxStale;
  }

  @Override
  public void stale(SecretRef ref, SecretException failure) {
    if (isNew(failure)) {
      log(
          System.Logger.Level.WARNING,
          "Values are served as they are, for "
              + maxStale.toString().substring(2).toLowerCase(Locale.ROOT)
              + " at most, since they could not be renewed: "
              + failure.getMessage());
    }
  }

  @Override
  public void withdrawn(SecretRef ref, SecretException failure) {
    if (isNew(failure)) {
      log(System.Logger.Level.WARNING, "Values are not served any more: " + failure.getMessage());
    }
  }

  private synchronized boolean isNew(SecretException failure) {
    if (told.size() >= MAX_REASONS) {
      told.clear();
    }
    return told.add(failure.getMessage());
  }

  @Override
  public void renewed(SecretRef ref) {
    boolean first;
    synchronized (this) {
      first = !told.isEmpty();
      told.clear();
    }
    if (first) {
      log(System.Logger.Level.INFO, "Values are renewed again.");
    }
  }

  private static void log(System.Logger.Level level, String message) {
    System.getLogger(SecretsClient.class.getName()).log(level, message);
  }
}
