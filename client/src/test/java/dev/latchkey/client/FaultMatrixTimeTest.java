package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.FaultServer.Wire;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Clocks that jump, machines that sleep, and outages that last. */
@Timeout(60)
class FaultMatrixTimeTest {
  private static final Duration HELD_FOR = Duration.ofSeconds(30);
  private static final Duration FRESH = Duration.ofSeconds(60);
  private static final Duration MAX_STALE = Duration.ofHours(24);

  static Stream<Arguments> jumps() {
    List<Arguments> jumps = new ArrayList<>();
    for (int days : new int[] {-365, 365}) {
      for (Wire wire : Wire.values()) {
        jumps.add(Arguments.of(days, wire));
      }
    }
    return jumps.stream();
  }

  private static void setWall(FaultRig rig, int days) {
    rig.time.setWall(rig.time.now().plus(days, ChronoUnit.DAYS));
  }

  private static void assertServed(FaultRig rig, SecretStatus.State state, Duration age) {
    assertThat(rig.read()).isEqualTo(FaultServer.value(FaultRig.VERSION));
    SecretStatus status = rig.status();
    assertThat(status.state()).isEqualTo(state);
    assertThat(status.age()).contains(age);
  }

  /** Lets the refresh that is due begin, and waits for its end. */
  private static void tick(FaultRig rig) {
    int before = rig.calls.fetchCount();
    rig.time.advance(rig.time.due().get(0));
    FaultRig.until(() -> rig.calls.fetchCount() > before);
  }

  @ParameterizedTest(name = "wall clock {0} days off / {1} / cold")
  @MethodSource("jumps")
  void get_wallClockJumpedBefore_isServed(int days, Wire wire) {
    try (var rig = new FaultRig(wire)) {
      setWall(rig, days);
      assertServed(rig, SecretStatus.State.FRESH, Duration.ZERO);
      assertThat(rig.requests()).isEqualTo(1);
      rig.assertNothingShows();
    }
  }

  @ParameterizedTest(name = "wall clock {0} days off / {1} / cached")
  @MethodSource("jumps")
  void refresh_wallClockJumped_changesNothing(int days, Wire wire) {
    try (var rig = new FaultRig(wire)) {
      rig.read();
      rig.time.pass(HELD_FOR);
      setWall(rig, days);
      assertServed(rig, SecretStatus.State.FRESH, HELD_FOR);
      assertThat(rig.requests()).isEqualTo(1);
      rig.client.refresh();
      assertServed(rig, SecretStatus.State.FRESH, Duration.ZERO);
      assertThat(rig.requests()).isEqualTo(2);
      assertThat(rig.calls.of("withdrawn")).isEmpty();
      rig.assertNothingShows();
    }
  }

  @ParameterizedTest(name = "wall clock {0} days off in an outage / {1} / cached")
  @MethodSource("jumps")
  void refresh_wallClockJumpedInAnOutage_changesNothing(int days, Wire wire) {
    try (var rig = new FaultRig(wire)) {
      rig.read();
      rig.time.pass(HELD_FOR);
      rig.server.fault((a, q) -> a.code(500));
      rig.client.refresh();
      Duration age = rig.status().age().orElseThrow();
      setWall(rig, days);
      assertServed(rig, SecretStatus.State.STALE, age);
      tick(rig);
      assertServed(rig, SecretStatus.State.STALE, rig.status().age().orElseThrow());
      assertThat(rig.status().age().orElseThrow()).isBetween(age, age.plus(FRESH));
      assertThat(rig.calls.of("withdrawn")).isEmpty();
      rig.assertNothingShows();
    }
  }

  @ParameterizedTest(name = "machine asleep for 23 hours / {0} / cached")
  @EnumSource
  void get_machineSlept_isServedAndRefreshedAtTheTick(Wire wire) {
    try (var rig = new FaultRig(wire)) {
      rig.read();
      Duration slept = Duration.ofHours(23);
      rig.time.pass(slept);
      assertServed(rig, SecretStatus.State.FRESH, slept);
      assertThat(rig.requests()).isEqualTo(1);
      tick(rig);
      FaultRig.until(() -> rig.status().age().orElseThrow().compareTo(FRESH) < 0);
      assertThat(rig.requests()).isEqualTo(2);
      assertThat(rig.calls.of("withdrawn")).isEmpty();
      rig.assertNothingShows();
    }
  }

  @ParameterizedTest(name = "machine asleep for a day, service up / {0} / cached")
  @EnumSource
  void get_machineSleptTooLong_isServedUntilTheTickAndFetchedAnew(Wire wire) {
    try (var rig = new FaultRig(wire)) {
      sleepTooLong(rig);
      rig.time.advance(FRESH);
      assertWithdrawn(rig);
      assertServed(rig, SecretStatus.State.FRESH, Duration.ZERO);
      assertThat(rig.requests()).isEqualTo(2);
      rig.assertNothingShows();
    }
  }

  @ParameterizedTest(name = "machine asleep for a day, service down / {0} / cached")
  @EnumSource
  void get_machineSleptTooLongAndServiceIsDown_isUnavailable(Wire wire) {
    try (var rig = new FaultRig(wire)) {
      sleepTooLong(rig);
      rig.server.fault((a, q) -> a.code(503));
      rig.time.advance(FRESH);
      assertWithdrawn(rig);
      assertThat(rig.fail(FaultRig.REF))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage(rig.origin() + " answered with status 503. Try again later.");
      assertThat(rig.requests()).isEqualTo(1 + 4);
      rig.assertNothingShows();
    }
  }

  private static void sleepTooLong(FaultRig rig) {
    rig.read();
    Duration slept = MAX_STALE.plusSeconds(1);
    rig.time.pass(slept);
    assertServed(rig, SecretStatus.State.FRESH, slept);
    assertThat(rig.requests()).isEqualTo(1);
  }

  private static void assertWithdrawn(FaultRig rig) {
    assertThat(rig.status()).isEqualTo(SecretStatus.NOT_LOADED);
    FaultRig.until(() -> !rig.calls.of("withdrawn").isEmpty()); // Not on the thread of the timer.
    assertThat(rig.calls.of("withdrawn"))
        .containsExactly("withdrawn secret://my-secret SecretUnavailableException");
  }

  @ParameterizedTest(name = "service down for 25 hours / {0} / cached")
  @EnumSource
  void get_serviceDownForADay_isServedForTheDay(Wire wire) {
    try (var rig = new FaultRig(wire)) {
      long confirmed = rig.nanos();
      rig.read();
      rig.server.fault((a, q) -> a.code(503));
      passDown(rig, Duration.ofHours(23));
      assertServed(rig, SecretStatus.State.STALE, Duration.ofNanos(rig.nanos() - confirmed));
      assertThat(rig.status().age().orElseThrow()).isGreaterThanOrEqualTo(Duration.ofHours(23));
      assertThat(rig.calls.fetchCount()).isGreaterThan(23);
      assertThat(rig.calls.of("stale"))
          .containsExactly("stale secret://my-secret SecretUnavailableException");
      assertThat(rig.calls.of("withdrawn")).isEmpty();

      passDown(rig, Duration.ofHours(2));
      assertWithdrawn(rig);
      assertThat(rig.fail(FaultRig.REF)).isExactlyInstanceOf(SecretUnavailableException.class);
      assertThat(rig.calls.of("stale")).hasSize(1);

      rig.heal();
      rig.time.pass(Duration.ofMinutes(1));
      assertServed(rig, SecretStatus.State.FRESH, Duration.ZERO);
      rig.assertNothingShows();
    }
  }

  /** Goes on in steps, most of which see a refresh. */
  private static void passDown(FaultRig rig, Duration time) {
    Duration step = Duration.ofMinutes(10);
    for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(step)) {
      int before = rig.calls.fetchCount();
      rig.time.advance(step);
      // None is made where the one before was just ending.
      for (int i = 0; i < 500 && rig.calls.fetchCount() == before; i++) {
        LockSupport.parkNanos(100_000);
      }
    }
  }
}
