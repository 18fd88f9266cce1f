package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldingsTest {
  private static final SecretRef REF = SecretRef.parseShort("my-secret");

  private final SecretException down = new SecretUnavailableException("Down.", "Start it.");
  private final SecretException gone = new SecretNotFoundException("Gone.", "Make it.");
  private final FakeScheduler time = new FakeScheduler();
  private final RecordingListener listener = new RecordingListener();
  private final ProcessKey key = new ProcessKey();
  private final Holdings holdings =
      new Holdings(
          new ValueCache(1_000, 1 << 20),
          new Rotations(Runnable::run),
          time,
          new Notices(listener),
          Duration.ofHours(24));

  private Outcome.Value value(long version) {
    return new Outcome.Value(key.seal(new byte[] {1}), version, time.nanos());
  }

  private Outcome.Failure failure(SecretException e) {
    return new Outcome.Failure(e, time.nanos(), time.nanos());
  }

  private Outcome.Unchanged unchanged() {
    return new Outcome.Unchanged(time.nanos());
  }

  @Test
  void accept_eachChange_isToldOnce() {
    holdings.accept(REF, failure(gone));
    holdings.accept(REF, value(1));
    holdings.accept(REF, unchanged());
    assertThat(listener.told).isEmpty();

    holdings.accept(REF, failure(down));
    holdings.accept(REF, failure(down));
    holdings.accept(REF, unchanged());
    holdings.accept(REF, value(2));
    holdings.accept(REF, failure(down));
    holdings.accept(REF, value(3));
    holdings.accept(REF, failure(gone));
    holdings.accept(REF, failure(gone));

    assertThat(listener.told)
        .containsExactly(
            "stale secret://my-secret Down. Start it.",
            "renewed secret://my-secret",
            "rotated secret://my-secret 1 2",
            "stale secret://my-secret Down. Start it.",
            "rotated secret://my-secret 2 3",
            "renewed secret://my-secret",
            "withdrawn secret://my-secret Gone. Make it.");
  }

  @Test
  void accept_valueThatIsStaleAlready_isTold() {
    Outcome.Value fromDisk = value(1);
    fromDisk.stale = down;

    holdings.accept(REF, fromDisk);

    assertThat(listener.told).containsExactly("stale secret://my-secret Down. Start it.");
    assertThat(holdings.watchable()).isEmpty();
    assertThat(holdings.known()).containsEntry(REF, 1L);
  }

  @Test
  void accept_sameVersionAskedEarlier_replacesNothing() {
    Outcome.Value earlier = value(1);
    time.pass(Duration.ofSeconds(1));
    Outcome.Value held = value(1);
    holdings.accept(REF, held);

    holdings.accept(REF, earlier);

    assertThat(holdings.value(REF)).isSameAs(held);
    assertThat(earlier.current).isFalse();
    assertThat(held.current).isTrue();
  }

  @Test
  void accept_failures_neverRenewTheAge() {
    holdings.accept(REF, value(1));
    for (int i = 1; i <= 10; i++) {
      time.pass(Duration.ofHours(1));
      holdings.accept(REF, failure(down));
      assertThat(holdings.status(REF).age()).contains(Duration.ofHours(i));
    }
  }

  @Test
  void expire_unconfirmedForTooLong_withdrawsAndSaysWhy() {
    holdings.accept(REF, value(1));
    time.pass(Duration.ofHours(24));
    holdings.expire();
    assertThat(holdings.value(REF)).isNotNull();

    time.pass(Duration.ofNanos(1));
    holdings.expire();
    holdings.accept(SecretRef.parseShort("other"), value(1)); // Which tells what was noted.

    assertThat(holdings.value(REF)).isNull();
    assertThat(listener.told)
        .containsExactly(
            "withdrawn secret://my-secret The source has not confirmed 'my-secret' for longer than is"
                + " allowed. Look at why the source cannot be reached, or allow more by LATCHKEY_MAX_STALE.");
  }

  @Test
  void accept_othersTakeThePlaceOfAStaleValue_isToldAsWithdrawn() {
    var small =
        new Holdings(
            new ValueCache(10, 1 << 20),
            new Rotations(Runnable::run),
            time,
            new Notices(listener),
            Duration.ofHours(24));
    for (int i = 0; i < 20; i++) {
      SecretRef ref = SecretRef.parseShort("s" + i);
      small.accept(ref, value(1));
      small.accept(ref, failure(down));
    }
    for (int i = 20; i < 60; i++) {
      small.accept(SecretRef.parseShort("s" + i), value(1));
    }

    long stale = listener.told.stream().filter(line -> line.startsWith("stale")).count();
    long withdrawn = listener.told.stream().filter(line -> line.startsWith("withdrawn")).count();
    long held =
        small.known().keySet().stream()
            .filter(ref -> small.status(ref).problem().isPresent())
            .count();
    assertThat(withdrawn).isPositive();
    assertThat(withdrawn).isEqualTo(stale - held);
  }

  @Test
  void overdue_held_isStaleAndServedOn() {
    holdings.accept(REF, value(1));
    time.pass(Duration.ofSeconds(80));
    holdings.overdue(List.of(REF), Duration.ofSeconds(80).toNanos());
    assertThat(holdings.status(REF).state()).isEqualTo(SecretStatus.State.FRESH);

    time.pass(Duration.ofNanos(1));
    holdings.overdue(List.of(REF, SecretRef.parseShort("other")), Duration.ofSeconds(80).toNanos());

    assertThat(holdings.status(REF).problem())
        .contains(
            "The source has not answered since it was last asked. Look at what it waits for.");
    assertThat(holdings.value(REF)).isNotNull();
    assertThat(holdings.usable(SecretRef.parseShort("other"))).isNull();
  }

  @Test
  void watchable_floodOfOtherNames_isTheSame() {
    for (int i = 0; i < 64; i++) {
      holdings.accept(SecretRef.parseShort("bound" + i), value(1));
    }
    var bound = holdings.watchable();
    assertThat(bound).hasSize(64);

    for (int i = 0; i < 500; i++) {
      holdings.accept(SecretRef.parseShort("other" + i), value(1));
    }

    assertThat(holdings.watchable()).isEqualTo(bound);
  }

  @Test
  void watchable_fieldsOfOneSecret_countOnce() {
    SecretRef listened = SecretRef.parseShort("listened");
    for (int i = 0; i < 64; i++) {
      holdings.accept(SecretRef.parseShort("db#/f" + i), value(1));
    }
    holdings.accept(listened, value(1));
    assertThat(holdings.watchable()).doesNotContainKey(listened);

    holdings.listen(listened, () -> {});

    assertThat(holdings.watchable()).hasSize(65).containsEntry(listened, 1L);
  }

  private Outcome.Failure keptFailure() {
    return new Outcome.Failure(gone, time.nanos(), time.nanos() + 1_000_000_000);
  }

  @Test
  void accept_valueAskedForBeforeTheRefusal_isNotHeld() {
    Outcome.Value slow = value(1);
    time.pass(Duration.ofMillis(1));
    Outcome.Failure refusal = keptFailure();
    holdings.accept(REF, refusal);

    holdings.accept(REF, slow);

    assertThat(holdings.usable(REF)).isSameAs(refusal);
    assertThat(slow.current).isFalse();
  }

  @Test
  void accept_valueAskedForAfterTheRefusal_isHeld() {
    holdings.accept(REF, keptFailure());
    time.pass(Duration.ofMillis(1));
    Outcome.Value next = value(1);

    holdings.accept(REF, next);

    assertThat(holdings.usable(REF)).isSameAs(next);
    assertThat(next.current).isTrue();
  }
}
