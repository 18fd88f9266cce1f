package dev.latchkey.client;

import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import jdk.jfr.Recording;

/** Calls of every method of a listener; also a process that makes them. */
public final class ListenerCalls {
  /** How many events they are. */
  static final int COUNT = 8;

  private ListenerCalls() {}

  /** Calls every method, {@link SecretsListener#fetched} with a failure and without. */
  public static void make(SecretsListener listener) {
    SecretRef ref = SecretRef.parseShort("db?version=3#/password");
    var down = new SecretUnavailableException("The source is down.", "Start it.");
    var gone = new SecretNotFoundException("There is none.", "Create it.");
    listener.fetched(
        new FetchEvent(FetchEvent.Kind.FETCH, 100, 1, Duration.ofMillis(7), Optional.empty()));
    listener.fetched(
        new FetchEvent(FetchEvent.Kind.REFRESH, 2, 3, Duration.ofSeconds(10), Optional.of(down)));
    listener.rotated(ref, 6, 7);
    listener.stale(ref, down);
    listener.renewed(ref);
    listener.withdrawn(ref, gone);
    listener.rollbackRefused(SecretName.parse("My-Secret"), 6, 7);
    listener.breakerChanged(BreakerState.CLOSED, BreakerState.HALF_OPEN);
  }

  /** Makes the calls. With the name of a file, makes them again while recording into it. */
  public static void main(String[] args) throws Exception {
    Listeners listeners = Listeners.of(List.of());
    make(listeners);
    for (String file : args) {
      try (var recording = new Recording()) {
        recording.start();
        make(listeners);
        recording.dump(Path.of(file));
      }
    }
    System.out.println("done");
  }
}
