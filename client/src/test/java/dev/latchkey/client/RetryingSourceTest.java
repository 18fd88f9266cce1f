package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class RetryingSourceTest {
  private static final List<CiphertextQuery> QUERIES =
      List.of(CiphertextQuery.newest(SecretName.parse("my-secret")));

  private final FakeSource source = new FakeSource().put("my-secret", 1, "some-value");
  private final FakeScheduler time = new FakeScheduler();
  private final RecordingListener listener = new RecordingListener();
  private final RetryingSource retrying =
      new RetryingSource(source, time, new Notices(listener), Duration.ofSeconds(10));

  private List<CiphertextAnswer> fetch() {
    return retrying.fetch(FetchEvent.Kind.FETCH, QUERIES);
  }

  private static SecretUnavailableException down(@Nullable Duration retryAfter) {
    return new SecretUnavailableException("The source is down.", "Start it.", retryAfter);
  }

  /** Fails a number of times, then answers. */
  private void failFirst(int times, SecretException failure) {
    source.behave(
        request -> {
          if (source.requests.size() <= times) {
            throw failure;
          }
          return source.answer(request);
        });
  }

  @Test
  void fetch_failsThreeTimes_isAnsweredAfterGrowingPauses() {
    failFirst(3, down(null));

    assertThat(fetch()).hasSize(1);

    assertThat(time.pauses).hasSize(3);
    for (int i = 0; i < 3; i++) {
      Duration longest = Duration.ofMillis(100L << i);
      assertThat(time.pauses.get(i)).isBetween(longest.dividedBy(2), longest);
    }
    FetchEvent event = listener.fetches.get(0);
    assertThat(event.tries()).isEqualTo(4);
    assertThat(event.secrets()).isEqualTo(1);
    assertThat(event.failure()).isEmpty();
    assertThat(event.duration())
        .isEqualTo(time.pauses.stream().reduce(Duration.ZERO, Duration::plus));
    assertThat(listener.told).isEmpty();
  }

  @Test
  void fetch_twice_pausesDifferently() {
    failFirst(3, down(null));
    fetch();
    source.requests.clear();
    fetch();

    assertThat(time.pauses.subList(0, 3)).isNotEqualTo(time.pauses.subList(3, 6));
  }

  @Test
  void fetch_eachTry_getsHalfOfWhatIsLeftAndTheLastAll() {
    source.behave(
        request -> {
          time.pass(request.timeout());
          throw down(null);
        });

    assertThatThrownBy(this::fetch).hasMessage("The source is down. Start it.");

    List<FetchRequest> tries = source.requests;
    assertThat(tries).hasSize(4);
    assertThat(tries.get(0).timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(tries.get(1).timeout()).isBetween(Duration.ofMillis(2450), Duration.ofMillis(2475));
    assertThat(listener.fetches.get(0).duration()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void fetch_failureThatIsAnAnswer_isNotTriedAgain() {
    for (SecretException answer :
        List.of(
            new SecretProtocolException("Nonsense.", ""),
            new SecretAccessDeniedException("Denied.", ""))) {
      source.requests.clear();
      source.fail(answer);

      assertThat(catchThrowable(this::fetch)).isSameAs(answer);
      assertThat(source.requests).hasSize(1);
    }
    assertThat(listener.told).isEmpty();
  }

  @Test
  void fetch_answersThatAreNotOneAQuery_areAProtocolFailure() {
    source.behave(request -> List.of());

    assertThatThrownBy(this::fetch)
        .isInstanceOf(SecretProtocolException.class)
        .hasMessage("The source gave 0 answers to 1 queries. Report this to whoever runs it.");
    assertThat(listener.fetches.get(0).failure()).isPresent();
  }

  @ParameterizedTest
  @CsvSource({"PT0S", "PT-5S"})
  void fetch_asksForNoPause_isPausedAsUsual(Duration retryAfter) {
    failFirst(1, down(retryAfter));

    assertThat(fetch()).hasSize(1);
    assertThat(time.pauses.get(0)).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
  }

  @Test
  void fetch_asksForAPauseWithinTheDeadline_isGivenIt() {
    failFirst(1, down(Duration.ofSeconds(3)));

    assertThat(fetch()).hasSize(1);
    assertThat(time.pauses).containsExactly(Duration.ofSeconds(3));
  }

  @ParameterizedTest
  @CsvSource({"PT11S,PT11S", "PT5M,PT5M", "PT1H,PT5M", "PT2562047788015H,PT5M"})
  void fetch_asksForALongerPause_isLeftAloneForItWithinReason(Duration asked, Duration pause) {
    source.fail(down(asked));
    assertThatThrownBy(this::fetch).hasMessage("The source is down. Start it.");
    source.comeUp();

    time.pass(pause.minusMillis(1));
    assertThatThrownBy(this::fetch)
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("The source is down. It is left alone for another 1 s. Start it.");
    assertThat(source.requests).hasSize(1);
    assertThat(listener.fetches.get(1).tries()).isZero();
    time.pass(Duration.ofMillis(1));
    assertThat(fetch()).hasSize(1);

    assertThat(time.pauses).isEmpty();
    assertThat(listener.told)
        .containsExactly(
            "breakerChanged CLOSED OPEN",
            "breakerChanged OPEN HALF_OPEN",
            "breakerChanged HALF_OPEN CLOSED");
  }

  @Test
  void fetch_interruptedInAPause_endsAndKeepsTheFlag() {
    source.behave(
        request -> {
          Thread.currentThread().interrupt();
          throw down(null);
        });

    Throwable failure = catchThrowable(this::fetch);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure).hasMessage("The source is down. Start it.");
    assertThat(source.requests).hasSize(1);
  }

  @Test
  void fetch_sourceThatThrowsAnything_tellsItsTypeAlone() {
    source.fail(new IllegalStateException("hunter2"));

    assertThatThrownBy(this::fetch)
        .isInstanceOf(SecretUnavailableException.class)
        .hasNoCause()
        .hasMessage(
            "The source failed with java.lang.IllegalStateException. Report this to its maker.");
  }

  @Test
  void watch_fails_isNotTriedAgainAndSaysNothingOfTheSource() {
    source.goDown();
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> retrying.watch(QUERIES, Duration.ofSeconds(25)))
          .hasMessage("The source is down. Start it.");
    }

    assertThat(source.requests)
        .hasSize(10)
        .allSatisfy(
            request -> {
              assertThat(request.hold()).isEqualTo(Duration.ofSeconds(25));
              assertThat(request.timeout()).isEqualTo(Duration.ofSeconds(35));
            });
    assertThat(listener.told).isEmpty();
  }

  @Test
  void watch_asksForAPause_isLeftAloneForIt() {
    source.fail(down(Duration.ofSeconds(20)));
    assertThatThrownBy(() -> retrying.watch(QUERIES, Duration.ofSeconds(25)))
        .hasMessage("The source is down. Start it.");

    assertThatThrownBy(this::fetch)
        .hasMessage("The source is down. It is left alone for another 20 s. Start it.");
    assertThat(source.requests).hasSize(1);
  }

  @Test
  void watch_givenUp_isNoEvent() {
    source.behave(
        request -> {
          Thread.currentThread().interrupt();
          throw down(null);
        });

    assertThatThrownBy(() -> retrying.watch(QUERIES, Duration.ofSeconds(25)))
        .isInstanceOf(SecretUnavailableException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(listener.fetches).isEmpty();
  }

  @Test
  void fetch_noToken_saysNothingOfTheSource() {
    source.goDown();
    assertThatThrownBy(this::fetch).isInstanceOf(SecretUnavailableException.class);
    time.pass(Duration.ofSeconds(1));
    source.fail(new SecretConfigurationException("The token file does not exist.", ""));
    assertThatThrownBy(this::fetch).isInstanceOf(SecretConfigurationException.class);

    assertThat(listener.told)
        .containsExactly(
            "breakerChanged CLOSED OPEN",
            "breakerChanged OPEN HALF_OPEN",
            "breakerChanged HALF_OPEN OPEN");
  }
}
