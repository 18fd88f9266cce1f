package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.client.FaultServer.Wire;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A request that the service holds, and what may become of it. */
@Timeout(60)
class FaultMatrixWatchTest {
  private static final Duration GAP = Duration.ofMillis(20);

  private static final Duration SETTLE = Duration.ofMillis(500);

  /** What lets the service answer one held request each. */
  private final Semaphore answers = new Semaphore(0);

  private FaultRig watching(Wire wire) {
    var rig = new FaultRig(new FaultRig.Options(wire).watching());
    rig.closing(() -> answers.release(1_000)); // A server ends when all is answered.
    return rig;
  }

  /** Begins a watch of a value that was read, with a service that holds the request. */
  private void begin(FaultRig rig, FaultServer.Fault held) {
    rig.server.fault(
        (a, q) -> {
          if (q.isHeld()) {
            answers.acquire();
            held.spoil(a, q);
          }
        });
    rig.read();
    rig.time.advance(SETTLE);
    FaultRig.until(() -> rig.requests() == 2);
    rig.mark();
  }

  /** Waits until a round is over, and the next one planned beside the timer. */
  private static void awaitPlan(FaultRig rig) {
    FaultRig.until(() -> rig.time.due().size() >= 2);
  }

  private static void assertFresh(FaultRig rig, long version) {
    assertThat(rig.read()).isEqualTo(FaultServer.value(version));
    assertThat(rig.status().state()).isEqualTo(SecretStatus.State.FRESH);
    assertThat(rig.calls.of("stale")).isEmpty();
    assertThat(rig.calls.of("withdrawn")).isEmpty();
  }

  @ParameterizedTest(name = "rotation / {0} / watched")
  @EnumSource
  void watch_rotation_arrivesByTheHeldAnswer(Wire wire) {
    try (var rig = watching(wire)) {
      begin(rig, FaultServer.Fault.NONE);
      rig.server.put("my-secret", FaultRig.VERSION + 1);
      answers.release();
      FaultRig.until(() -> rig.read().equals(FaultServer.value(FaultRig.VERSION + 1)));
      awaitPlan(rig);

      assertFresh(rig, FaultRig.VERSION + 1);
      assertThat(rig.status().age()).contains(Duration.ZERO);
      assertThat(rig.requests()).isZero();
      assertThat(rig.calls.of("rotated")).containsExactly("rotated secret://my-secret 7 8");
      rig.time.advance(GAP);
      FaultRig.until(() -> rig.requests() == 1);
      rig.assertNothingShows();
    }
  }

  private record Cut(String name, FaultServer.Fault fault) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Arguments> onEachWire(List<Cut> cuts) {
    return cuts.stream()
        .flatMap(cut -> Stream.of(Wire.values()).map(wire -> Arguments.of(cut, wire)));
  }

  static Stream<Arguments> cuts() {
    return onEachWire(
        List.of(
            new Cut("closed", (a, q) -> a.onResponseBody(new SocketEffect.CloseSocket())),
            new Cut("cut off", (a, q) -> a.onResponseBody(new SocketEffect.CloseStream(8))),
            new Cut("answered with status 502", (a, q) -> a.code(502)),
            new Cut("answered with status 504", (a, q) -> a.code(504)),
            new Cut("answered with a redirect", (a, q) -> a.code(302).setHeader("Location", "/")),
            new Cut("answered with status 401", (a, q) -> a.code(401)),
            new Cut("answered with HTML", (a, q) -> a.body("<html>" + ShownText.BODY))));
  }

  @ParameterizedTest(name = "held request {0} / {1} / watched")
  @MethodSource("cuts")
  void watch_heldRequestFails_isFollowedByOnePlainRequest(Cut cut, Wire wire) {
    try (var rig = watching(wire)) {
      begin(rig, cut.fault);
      rig.time.pass(Duration.ofSeconds(20));
      answers.release();
      awaitPlan(rig);

      assertFresh(rig, FaultRig.VERSION);
      assertThat(rig.status().age()).contains(Duration.ZERO);
      assertThat(rig.requests()).isEqualTo(1);
      assertThat(rig.calls.fetches())
          .extracting(FetchEvent::kind)
          .containsExactly(FetchEvent.Kind.WATCH, FetchEvent.Kind.REFRESH);
      assertThat(rig.calls.fetches()).allMatch(event -> event.tries() == 1);
      assertThat(rig.calls.of("breakerChanged")).isEmpty();
      rig.assertNothingShows();
    }
  }

  /** OkHttp itself sends it twice again, as it was sent on a kept connection. */
  @ParameterizedTest(name = "held request reset before its answer / {0} / watched")
  @EnumSource(names = "HTTP_1")
  void watch_connectionReset_keepsTheValueFresh(Wire wire) {
    try (var rig = watching(wire)) {
      rig.server.resetOnClose();
      begin(rig, (a, q) -> a.onResponseStart(new SocketEffect.CloseSocket()));
      answers.release(3);
      awaitPlan(rig);

      assertFresh(rig, FaultRig.VERSION);
      assertThat(rig.requests()).isEqualTo(2 + 1);
      rig.assertNothingShows();
    }
  }

  private record Refusal(
      String name, FaultServer.Fault fault, int requests, Class<? extends SecretException> type) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Arguments> refusals() {
    List<Refusal> refusals =
        List.of(
            new Refusal("401", (a, q) -> a.code(401), 1, SecretUnauthenticatedException.class),
            new Refusal("403", (a, q) -> a.code(403), 1, SecretAccessDeniedException.class),
            new Refusal("secret denied", secretIs("denied"), 0, SecretAccessDeniedException.class),
            new Refusal("secret gone", secretIs("not_found"), 0, SecretNotFoundException.class));
    return refusals.stream()
        .flatMap(each -> Stream.of(Wire.values()).map(wire -> Arguments.of(each, wire)));
  }

  private static FaultServer.Fault secretIs(String status) {
    return (a, q) ->
        a.body(FaultServer.secrets(List.of(FaultServer.entry("my-secret", status, 0, ""))));
  }

  @ParameterizedTest(name = "held request refused: {0} / {1} / watched")
  @MethodSource("refusals")
  void watch_refused_withdrawsTheValue(Refusal refusal, Wire wire) {
    try (var rig = watching(wire)) {
      begin(rig, refusal.fault);
      rig.server.fault(refusal.fault);
      answers.release();

      FaultRig.until(() -> rig.status().equals(SecretStatus.NOT_LOADED));
      assertThat(rig.fail(FaultRig.REF)).isExactlyInstanceOf(refusal.type);
      assertThat(rig.requests()).isEqualTo(refusal.requests);
      FaultRig.until(() -> !rig.calls.of("withdrawn").isEmpty());
      assertThat(rig.calls.of("withdrawn"))
          .containsExactly("withdrawn secret://my-secret " + refusal.type.getSimpleName());
      rig.assertNothingShows();
    }
  }

  private static final String UNOPENED = "stale secret://my-secret SecretDecryptionException";

  @ParameterizedTest(name = "held answer that does not open / {0} / watched")
  @EnumSource
  void watch_answerDoesNotOpen_keepsTheFormer(Wire wire) {
    try (var rig = watching(wire)) {
      begin(rig, FaultServer.Fault.NONE);
      rig.server.put("my-secret", FaultRig.VERSION + 1, new byte[50]);
      answers.release();
      FaultRig.until(() -> rig.calls.of("stale").equals(List.of(UNOPENED)));

      assertThat(rig.read()).isEqualTo(FaultServer.value(FaultRig.VERSION));
      assertThat(rig.status().state()).isEqualTo(SecretStatus.State.STALE);
      assertThat(rig.requests()).isEqualTo(1);
      rig.assertNothingShows();
    }
  }

  @ParameterizedTest(name = "held answer with an older version / {0} / watched")
  @EnumSource
  void watch_olderVersion_isRefusedAndTheNewerKept(Wire wire) {
    try (var rig = watching(wire)) {
      begin(rig, FaultServer.Fault.NONE);
      rig.server.put("my-secret", FaultRig.VERSION - 1);
      answers.release();
      FaultRig.until(() -> !rig.calls.of("stale").isEmpty());

      assertThat(rig.calls.of("rollbackRefused")).containsExactly("rollbackRefused my-secret 6 7");
      assertThat(rig.calls.of("stale"))
          .containsExactly("stale secret://my-secret SecretProtocolException");
      assertThat(rig.read()).isEqualTo(FaultServer.value(FaultRig.VERSION));
      assertThat(rig.requests()).isZero();
      rig.assertNothingShows();
    }
  }

  @ParameterizedTest(name = "service down under a held request / {0} / watched")
  @EnumSource
  void watch_serviceDown_isStaleUntilItIsBack(Wire wire) {
    try (var rig = watching(wire)) {
      begin(rig, (a, q) -> a.code(503));
      rig.server.fault((a, q) -> a.code(503));
      answers.release();
      FaultRig.until(() -> !rig.calls.of("stale").isEmpty());
      assertThat(rig.requests()).isEqualTo(4);
      assertThat(rig.calls.of("breakerChanged")).containsExactly("breakerChanged CLOSED OPEN");

      awaitPlan(rig);
      rig.heal();
      rig.time.advance(Duration.ofSeconds(60));
      FaultRig.until(() -> !rig.calls.of("renewed").isEmpty());
      assertThat(rig.status().state()).isEqualTo(SecretStatus.State.FRESH);
      assertThat(rig.calls.of("renewed")).containsExactly("renewed secret://my-secret");
      rig.assertNothingShows();
    }
  }

  private record Pace(String name, FaultServer.Fault fault, int requestsEach) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Arguments> paces() {
    List<Pace> paces =
        List.of(
            new Pace("answers at once", FaultServer.Fault.NONE, 1),
            new Pace("refuses to hold", onlyHeld((a, q) -> a.code(504)), 2),
            new Pace("refuses to hold, as malformed", onlyHeld((a, q) -> a.code(400)), 2),
            new Pace("breaks it off", onlyHeld((a, q) -> a.onResponseBody(cut())), 2));
    return paces.stream()
        .flatMap(pace -> Stream.of(Wire.values()).map(wire -> Arguments.of(pace, wire)));
  }

  private static SocketEffect cut() {
    return new SocketEffect.CloseSocket();
  }

  private static FaultServer.Fault onlyHeld(FaultServer.Fault fault) {
    return (a, q) -> {
      if (q.isHeld()) {
        fault.spoil(a, q);
      }
    };
  }

  @ParameterizedTest(name = "service {0} / {1} / watched")
  @MethodSource("paces")
  void watch_serviceCannotHold_isPolled(Pace pace, Wire wire) {
    try (var rig = watching(wire)) {
      rig.server.fault(pace.fault);
      rig.read();
      rig.mark();
      passWatching(rig, Duration.ofHours(1));

      int rounds = rig.requests() / pace.requestsEach;
      // Each half a minute to a minute after the one before.
      assertThat(rounds).isBetween(60, 121);
      assertFresh(rig, FaultRig.VERSION);
      rig.assertNothingShows();
    }
  }

  /** Goes from one plan to the next, each time after the round under way is over. */
  private static void passWatching(FaultRig rig, Duration time) {
    long end = rig.nanos() + time.toNanos();
    while (rig.nanos() < end) {
      awaitPlan(rig);
      rig.time.advance(rig.time.due().get(0));
    }
    awaitPlan(rig);
  }

  @ParameterizedTest(name = "service holds for an hour without news / {0} / watched")
  @EnumSource
  void watch_noNews_isOneRequestEach25Seconds(Wire wire) {
    try (var rig = watching(wire)) {
      rig.server.fault(
          (a, q) -> {
            if (q.isHeld()) {
              answers.acquire();
            }
          });
      rig.read();
      rig.time.advance(SETTLE);
      rig.mark();
      for (int round = 1; round <= 144; round++) {
        int sent = round;
        FaultRig.until(() -> rig.server.requests() == 1 + sent);
        rig.time.pass(Watch.HOLD);
        answers.release();
        awaitPlan(rig);
        rig.time.advance(Duration.ZERO);
      }

      assertFresh(rig, FaultRig.VERSION);
      assertThat(rig.status().age().orElseThrow()).isLessThanOrEqualTo(Watch.HOLD);
      assertThat(rig.calls.of("rotated")).isEmpty();
      rig.assertNothingShows();
    }
  }
}
