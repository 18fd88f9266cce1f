package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretUnavailableException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private final SecretUnavailableException down =
      new SecretUnavailableException("The source is down.", "Start it.");

  private final FakeScheduler time = new FakeScheduler();
  private final RecordingListener listener = new RecordingListener();
  private final CircuitBreaker breaker =
      new CircuitBreaker(time, new Notices(listener), Duration.ofSeconds(10));

  private void open() {
    for (int i = 0; i < 4; i++) {
      breaker.enter();
      breaker.failed(down, false);
    }
  }

  @Test
  void failed_threeTimesInARow_staysClosed() {
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j < 3; j++) {
        assertThat(breaker.enter()).isFalse();
        assertThat(breaker.failed(down, false)).isFalse();
      }
      breaker.succeeded();
    }

    assertThat(listener.told).isEmpty();
  }

  @Test
  void failed_fourTimesInARow_opensForHalfASecondToOne() {
    open();

    time.pass(Duration.ofMillis(499));
    assertThatThrownBy(breaker::enter)
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("The source is down. It is left alone for another 1 s. Start it.");
    time.pass(Duration.ofMillis(501));
    assertThat(breaker.enter()).isTrue();
  }

  @Test
  void enter_whileOneFindsOut_refusesTheOthers() {
    open();
    time.pass(Duration.ofSeconds(1));
    assertThat(breaker.enter()).isTrue();

    assertThatThrownBy(breaker::enter)
        .hasMessage(
            "The source of the secrets failed, and is being tried again. Try again in a moment.");
    breaker.succeeded();
    assertThat(breaker.enter()).isFalse();
    assertThat(listener.told)
        .containsExactly(
            "breakerChanged CLOSED OPEN",
            "breakerChanged OPEN HALF_OPEN",
            "breakerChanged HALF_OPEN CLOSED");
  }

  @Test
  void enter_theOneThatFindsOutNeverEnds_letsAnotherPass() {
    open();
    time.pass(Duration.ofSeconds(1));
    assertThat(breaker.enter()).isTrue();

    time.pass(Duration.ofSeconds(10));
    assertThat(breaker.enter()).isTrue();
  }

  @Test
  void abandoned_byTheOneThatFindsOut_letsTheNextPassAtOnce() {
    open();
    time.pass(Duration.ofSeconds(1));
    assertThat(breaker.enter()).isTrue();

    breaker.abandoned();

    assertThat(breaker.enter()).isTrue();
  }

  @Test
  void failed_againAndAgain_doublesThePauseUpToHalfAMinute() {
    open();
    Duration longest = Duration.ofSeconds(1);
    for (int i = 0; i < 12; i++) {
      Duration pause = Duration.ZERO;
      while (!passes()) {
        time.pass(Duration.ofMillis(10));
        pause = pause.plusMillis(10);
      }
      assertThat(pause).isBetween(longest.dividedBy(2), longest.plusMillis(10));
      breaker.failed(down, false);
      longest = longest.multipliedBy(2);
      longest = longest.compareTo(Duration.ofSeconds(30)) < 0 ? longest : Duration.ofSeconds(30);
    }
  }

  private boolean passes() {
    try {
      return breaker.enter();
    } catch (SecretUnavailableException e) {
      return false;
    }
  }

  @Test
  void failed_byRequestsFromBeforeItOpened_doesNotProlongThePause() {
    open();
    for (int i = 0; i < 50; i++) {
      assertThat(breaker.failed(down, false)).isTrue();
    }

    time.pass(Duration.ofSeconds(1));
    assertThat(breaker.enter()).isTrue();
  }

  @Test
  void failed_asksForAPause_isLeftAloneAtLeastAsLong() {
    var busy = new SecretUnavailableException("Busy.", "Wait.", Duration.ofSeconds(20));
    breaker.enter();
    assertThat(breaker.failed(busy, true)).isTrue();

    time.pass(Duration.ofSeconds(20).minusNanos(1));
    assertThat(passes()).isFalse();
    time.pass(Duration.ofNanos(1));
    assertThat(breaker.enter()).isTrue();
    assertThat(breaker.failed(down, false)).isTrue();
    time.pass(Duration.ofSeconds(2));
    assertThat(passes()).isTrue();
  }

  @Test
  void failed_whileOpenWithALongerPause_isLeftAloneForThat() {
    open();
    breaker.failed(new SecretUnavailableException("Busy.", "Wait.", Duration.ofSeconds(20)), false);

    time.pass(Duration.ofSeconds(19));
    assertThat(passes()).isFalse();
    time.pass(Duration.ofSeconds(1));
    assertThat(passes()).isTrue();
  }
}
