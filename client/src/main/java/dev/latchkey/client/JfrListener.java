package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import jdk.jfr.FlightRecorder;

/**
 * Tells JDK Flight Recorder, while it is in use.
 *
 * <p>That is looked up for each event, as a recording may begin at any time. Until then {@link
 * FlightRecorder} is the only class of its module that is loaded, and none of {@link JfrEvents} is:
 * the first of them would take a process 0.1 s on its way to the first secret.
 */
final class JfrListener implements SecretsListener {
  /** Tells whether the run-time image has JDK Flight Recorder. */
  static boolean isPossible() {
    return ModuleLayer.boot().findModule("jdk.jfr").isPresent();
  }

  @Override
  public void fetched(FetchEvent event) {
    if (FlightRecorder.isInitialized()) {
      new JfrEvents.Fetch(event).commit();
    }
  }

  @Override
  public void rotated(SecretRef ref, long from, long to) {
    if (FlightRecorder.isInitialized()) {
      new JfrEvents.Rotation(ref, from, to).commit();
    }
  }

  @Override
  public void stale(SecretRef ref, SecretException failure) {
    if (FlightRecorder.isInitialized()) {
      new JfrEvents.Stale(ref, failure).commit();
    }
  }

  @Override
  public void renewed(SecretRef ref) {
    if (FlightRecorder.isInitialized()) {
      new JfrEvents.Renewed(ref).commit();
    }
  }

  @Override
  public void withdrawn(SecretRef ref, SecretException failure) {
    if (FlightRecorder.isInitialized()) {
      new JfrEvents.Withdrawn(ref, failure).commit();
    }
  }

  @Override
  public void rollbackRefused(SecretName name, long version, long highest) {
    if (FlightRecorder.isInitialized()) {
      new JfrEvents.RollbackRefused(name, version, highest).commit();
    }
  }

  @Override
  public void breakerChanged(BreakerState from, BreakerState to) {
    if (FlightRecorder.isInitialized()) {
      new JfrEvents.BreakerChange(from, to).commit();
    }
  }
}
