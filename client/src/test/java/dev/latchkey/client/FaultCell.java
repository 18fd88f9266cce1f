package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.client.FaultServer.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One fault, on one kind of connection, on a value that is held or is not. */
record FaultCell(Fault fault, Wire wire, boolean cached) {
  /** Enough for two tries that are never answered, and not for a third. */
  private static final Duration DEADLINE = Duration.ofMillis(500);

  private static final Duration HELD_FOR = Duration.ofSeconds(30);

  /** How long a refusal is kept, which is longer than a source is left alone by itself. */
  private static final Duration KEPT = Duration.ofSeconds(5);

  private static final String LEFT_ALONE = " It is left alone for another # s.";

  static Stream<FaultCell> of(List<Fault> faults) {
    List<FaultCell> cells = new ArrayList<>();
    for (Fault fault : faults) {
      for (Wire wire : fault.wires) {
        cells.add(new FaultCell(fault, wire, false));
        cells.add(new FaultCell(fault, wire, true));
      }
    }
    return cells.stream();
  }

  /** Returns the name of the test. */
  @Override
  public String toString() {
    return fault.name + " / " + wire + " / " + (cached ? "cached" : "cold");
  }

  void run() {
    var options = new FaultRig.Options(wire);
    if (fault.realTime) {
      options.realTime(DEADLINE);
    }
    try (var rig = new FaultRig(options)) {
      if (cached) {
        runCached(rig);
      } else {
        runCold(rig);
      }
      rig.assertNothingShows();
    }
  }

  private void runCold(FaultRig rig) {
    fault.strike.accept(rig);
    rig.mark();
    long start = System.nanoTime();
    Map<SecretRef, SecretException> failures = rig.client.prefetch(fault.refs);
    assertTime(start);
    if (fault.effect == Fault.Effect.FRESH) {
      assertThat(failures).isEmpty();
      assertAsked(rig);
      assertServedFresh(rig);
      return;
    }
    assertThat(failures).containsOnlyKeys(fault.refs);
    failures.values().forEach(failure -> assertFailure(rig, rig.noted(failure)));
    assertAsked(rig);
    assertThat(rig.status()).isEqualTo(SecretStatus.NOT_LOADED);
    assertThat(rig.calls.of("stale")).isEmpty();
    assertThat(rig.calls.of("withdrawn")).isEmpty();
    assertLeftAlone(rig);
    recover(rig);
    assertServedFresh(rig);
    assertBreakerClosed(rig);
  }

  private void runCached(FaultRig rig) {
    assertThat(rig.client.prefetch(fault.refs)).isEmpty();
    String former = rig.read();
    rig.time.pass(HELD_FOR);
    fault.strike.accept(rig);
    Age age = Age.in(rig);
    rig.mark();
    long start = System.nanoTime();
    rig.client.refresh();
    assertTime(start);
    assertAsked(rig);
    switch (fault.effect) {
      case FRESH -> assertServedFresh(rig);
      case WITHDRAWN -> {
        assertThat(rig.status()).isEqualTo(SecretStatus.NOT_LOADED);
        assertFailure(rig, rig.fail(FaultRig.REF));
        assertThat(rig.calls.of("withdrawn")).isEqualTo(alarms("withdrawn"));
        // On a busy machine the time of a try may be over before its request has arrived.
        int least = fault.realTime ? Math.min(1, requests()) : requests();
        assertThat(rig.requests()).isBetween(least, requests());
        recover(rig);
        assertServedFresh(rig);
      }
      case STALE -> {
        assertStale(rig, former, age, false);
        boolean suppressed = assertLeftAlone(rig);
        assertStale(rig, former, age, suppressed);
        recover(rig);
        rig.client.refresh();
        assertServedFresh(rig);
        assertThat(rig.calls.of("renewed")).hasSameSizeAs(fault.refs);
        assertBreakerClosed(rig);
      }
    }
  }

  /** The value is served as it was, an alarm was given once, and no failure made it younger. */
  private void assertStale(FaultRig rig, String former, Age age, boolean suppressed) {
    assertThat(rig.read()).isEqualTo(former);
    age.assertNotRenewed(rig);
    SecretStatus status = rig.status();
    assertThat(status.state()).isEqualTo(SecretStatus.State.STALE);
    assertThat(status.problem().orElseThrow()).matches(message(rig, suppressed ? LEFT_ALONE : ""));
    assertThat(rig.calls.of("stale")).containsExactlyInAnyOrderElementsOf(alarms("stale"));
    assertThat(rig.calls.of("withdrawn")).isEmpty();
    assertThat(rig.calls.of("rotated")).isEmpty();
  }

  private static Duration nanos(long nanos) {
    return Duration.ofNanos(nanos);
  }

  /** The age of a value at some time, in ticks. */
  private record Age(long at, Duration age) {
    static Age in(FaultRig rig) {
      Duration age = rig.status().age().orElseThrow();
      return new Age(rig.nanos(), age);
    }

    /** A value grows older as time passes, to the nanosecond where time passes as told. */
    void assertNotRenewed(FaultRig rig) {
      Duration grown = age.plusNanos(rig.nanos() - at);
      Duration now = rig.status().age().orElseThrow();
      if (rig.isRealTime()) {
        assertThat(now).isGreaterThanOrEqualTo(grown);
      } else {
        assertThat(now).isEqualTo(grown);
      }
    }
  }

  private List<String> alarms(String call) {
    String type = fault.type.getSimpleName();
    return fault.refs.stream().map(ref -> call + " " + ref + " " + type).toList();
  }

  private void assertFailure(FaultRig rig, SecretException failure) {
    assertThat(failure).isExactlyInstanceOf(fault.type);
    assertThat(failure.getMessage()).matches(message(rig, ""));
  }

  /** Returns the form of the message, with more at the end of the problem. */
  private Pattern message(FaultRig rig, String more) {
    String origin = rig.origin();
    String message = fault.message.replace("ORIGIN", origin);
    message =
        message.replace(
            "OR_TLS", origin.startsWith("http:") ? "; at https if the service speaks TLS" : "");
    if (!more.isEmpty()) {
      int end = message.indexOf(". ") + 1;
      message = message.substring(0, end) + more + message.substring(end);
    }
    return Pattern.compile(Pattern.quote(message).replace("#", "\\E[0-9]+\\Q"));
  }

  private void assertTime(long start) {
    if (fault.realTime) {
      // The deadline is half of what a caller has to wait at most; the machine may be busy.
      assertThat(nanos(System.nanoTime() - start))
          .isBetween(DEADLINE.dividedBy(2), DEADLINE.multipliedBy(2));
    }
  }

  private int requests() {
    if (!cached) {
      return fault.requestsCold;
    }
    return fault.requestsCached + (wire == Wire.HTTP_1 ? fault.moreOnHttp1 : 0);
  }

  /** Checks what was asked, how often, and the pauses between. */
  private void assertAsked(FaultRig rig) {
    // On a busy machine the time of a try may be over before its request has arrived.
    int least = fault.realTime ? Math.min(1, requests()) : requests();
    assertThat(rig.requests()).isBetween(least, requests());
    assertThat(rig.tokenReads).hasValue(fault.tokenReads);
    assertThat(rig.calls.fetches()).hasSize(fault.fetches);
    assertThat(rig.calls.fetches()).allMatch(event -> event.tries() == fault.tries);
    List<Duration> pauses = rig.pauses();
    assertThat(pauses).hasSize(fault.tries - 1);
    for (int i = 0; i < pauses.size(); i++) {
      Duration full = Duration.ofMillis(100L << i);
      if (fault.pause.isZero()) {
        assertThat(pauses.get(i)).isBetween(full.dividedBy(2), full);
      } else {
        assertThat(pauses.get(i)).isEqualTo(fault.pause);
      }
    }
    assertThat(rig.calls.of("rollbackRefused")).isEqualTo(fault.rollback);
  }

  /** Checks that nobody asks again so soon; tells whether that is because of the breaker. */
  private boolean assertLeftAlone(FaultRig rig) {
    assertThat(rig.calls.of("breakerChanged"))
        .isEqualTo(fault.opensBreaker ? List.of("breakerChanged CLOSED OPEN") : List.of());
    if (fault.realTime) {
      return false; // No failure of a try that was never answered is kept.
    }
    if (fault.opensBreaker) {
      assertSuppressed(rig);
      if (!fault.leftAlone.isZero()) {
        rig.time.pass(fault.leftAlone.minus(fault.accuracy));
        assertSuppressed(rig);
      }
    } else if (!cached) {
      assertFailure(rig, rig.fail(FaultRig.REF));
    }
    // On a busy machine the time of a try may be over before its request has arrived.
    int least = fault.realTime ? Math.min(1, requests()) : requests();
    assertThat(rig.requests()).isBetween(least, requests());
    return fault.opensBreaker;
  }

  private void assertSuppressed(FaultRig rig) {
    if (cached) {
      rig.client.refresh();
    } else {
      SecretException failure = rig.fail(FaultRig.REF);
      assertThat(failure).isExactlyInstanceOf(fault.type);
      assertThat(failure.getMessage()).matches(message(rig, LEFT_ALONE));
    }
  }

  private void recover(FaultRig rig) {
    rig.heal();
    fault.heal.accept(rig);
    rig.time.pass(fault.leftAlone.isZero() ? KEPT : fault.accuracy);
  }

  private void assertBreakerClosed(FaultRig rig) {
    if (fault.opensBreaker) {
      assertThat(rig.calls.of("breakerChanged"))
          .containsExactly(
              "breakerChanged CLOSED OPEN",
              "breakerChanged OPEN HALF_OPEN",
              "breakerChanged HALF_OPEN CLOSED");
    }
  }

  private void assertServedFresh(FaultRig rig) {
    String value = rig.read();
    SecretStatus status = rig.status();
    assertThat(status.state()).isEqualTo(SecretStatus.State.FRESH);
    assertThat(value).isEqualTo(FaultServer.value(status.version().orElseThrow()));
    if (!fault.realTime) {
      // Its age counts from before the first try.
      boolean atOnce = fault.effect != Fault.Effect.FRESH;
      Duration paused = rig.pauses().stream().reduce(Duration.ZERO, Duration::plus);
      assertThat(status.age()).contains(atOnce ? Duration.ZERO : paused);
    }
  }
}
