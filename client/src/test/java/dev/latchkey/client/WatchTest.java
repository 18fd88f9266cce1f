package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchTest {
  private static final SecretRef REF = SecretRef.parseShort("my-secret");
  private static final Duration SETTLE = Duration.ofMillis(500);

  private final FakeSource source = holding();
  private final FakeScheduler time = new FakeScheduler();
  private final RecordingListener listener = new RecordingListener();
  private final SecretsClient client = client();

  private static FakeSource holding() {
    FakeSource source = new FakeSource().put("my-secret", 1, "some-value");
    source.holds = true;
    return source;
  }

  private SecretsClient client() {
    return SecretsClient.builder(source, new FakeDecryptor())
        .scheduler(time)
        .listener(listener)
        .build();
  }

  @AfterEach
  void close() {
    client.close();
  }

  private static void until(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      Thread.onSpinWait();
    }
  }

  /**
   * Lets the time pass that changes take to come together, until a number of requests were held.
   */
  private void untilWatched(int requests) {
    until(
        () -> {
          settle();
          return source.watches().size() >= requests;
        });
    assertThat(source.watches()).hasSize(requests);
  }

  /** Lets time pass for what is due soon, and no more of it while the client's threads work. */
  private void settle() {
    Duration next = time.due().get(0);
    if (next.compareTo(SETTLE) <= 0) {
      time.advance(next);
    }
  }

  private static List<String> names(FetchRequest request) {
    return request.queries().stream().map(query -> query.name() + "").sorted().toList();
  }

  @Test
  void watch_newVersion_isServedAndToldAtOnce() throws Exception {
    var told = new CountDownLatch(1);
    assertThat(client.text(REF).get()).isEqualTo("some-value");
    client.onRotation(REF, told::countDown);
    untilWatched(1);
    CiphertextQuery query = source.watches().get(0).queries().get(0);
    assertThat(query).isEqualTo(CiphertextQuery.newest(REF.name()).withKnownVersion(1));

    source.put("my-secret", 2, "second");

    assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(client.text(REF).get()).isEqualTo("second");
    untilWatched(2);
    assertThat(source.watches().get(1).queries().get(0).knownVersion()).hasValue(2);
    assertThat(listener.told).containsExactly("rotated secret://my-secret 1 2");
  }

  @Test
  void watch_newsAgain_isAskedForAfterAMomentAndNotAtOnce() {
    client.resolve(REF).close();
    untilWatched(1);
    source.put("my-secret", 2, "second");
    until(() -> time.due().get(0).compareTo(SETTLE) < 0);

    assertThat(time.due().get(0)).isEqualTo(Duration.ofMillis(20));
    untilWatched(2);
  }

  @Test
  void watch_idleClient_asksNothingElse() {
    client.resolve(REF).close();
    untilWatched(1);
    source.requests.clear();

    // Each round is held for its time, as the source would do.
    for (int round = 1; round <= 24; round++) {
      time.advance(Duration.ofSeconds(25));
      source.endHolds();
      untilWatched(round);
    }

    assertThat(source.requests).hasSize(24);
    assertThat(client.status(REF).state()).isEqualTo(SecretStatus.State.FRESH);
    assertThat(client.status(REF).age())
        .hasValueSatisfying(age -> assertThat(age).isLessThanOrEqualTo(Duration.ofSeconds(51)));
  }

  @Test
  void watch_anotherSecretIsHeld_beginsAnewWithBoth() {
    source.put("other", 1, "x");
    client.resolve(REF).close();
    untilWatched(1);

    client.resolve(SecretRef.parseShort("other")).close();
    untilWatched(2);

    assertThat(names(source.watches().get(0))).containsExactly("my-secret");
    assertThat(names(source.watches().get(1))).containsExactly("my-secret", "other");
    assertThat(client.status(REF).state()).isEqualTo(SecretStatus.State.FRESH);
  }

  @Test
  void watch_manySecretsAtOnce_beginsOnce() {
    List<SecretRef> refs = refs(64);
    client.prefetch(refs);
    untilWatched(1);

    assertThat(source.watches().get(0).queries()).hasSize(64);
  }

  private List<SecretRef> refs(int number) {
    return IntStream.range(0, number)
        .mapToObj(i -> "s" + i)
        .peek(name -> source.put(name, 1, "v"))
        .map(SecretRef::parseShort)
        .toList();
  }

  @Test
  void watch_moreSecretsThanARequestHolds_pollsTheRest() {
    List<SecretRef> refs = refs(150);
    client.prefetch(refs);
    refs.forEach(ref -> client.onRotation(ref, () -> {}));
    untilWatched(1);
    assertThat(source.watches().get(0).queries()).hasSize(100);
    source.requests.clear();

    time.advance(Duration.ofSeconds(60));
    until(() -> !source.requests.isEmpty());

    assertThat(source.requests.get(0).queries()).hasSize(50);
    assertThat(source.requests.get(0).hold()).isZero();
  }

  @Test
  void watch_secretIsDeleted_endsItsService() {
    client.resolve(REF).close();
    untilWatched(1);

    source.remove("my-secret");

    until(() -> !listener.told.isEmpty());
    assertThat(client.status(REF)).isEqualTo(SecretStatus.NOT_LOADED);
    assertThat(listener.told)
        .containsExactly(
            "withdrawn secret://my-secret No secret named 'my-secret' in project 'shop'. Create it,"
                + " or correct the name.");
  }

  @Test
  void watch_roundIsCutOnTheWay_isFollowedByAPlainRequestAndStaysFresh() {
    client.resolve(REF).close();
    behaveToHeld(
        request -> {
          throw new SecretUnavailableException("The connection broke.", "");
        });
    time.advance(SETTLE);
    until(() -> listener.fetches.size() == 3);
    assertThat(listener.fetches)
        .extracting(FetchEvent::kind)
        .containsExactly(FetchEvent.Kind.FETCH, FetchEvent.Kind.WATCH, FetchEvent.Kind.REFRESH);
    assertThat(client.status(REF).state()).isEqualTo(SecretStatus.State.FRESH);
    assertThat(listener.told).isEmpty();
  }

  private void behaveToHeld(Function<FetchRequest, List<CiphertextAnswer>> behaviour) {
    source.behave(
        request -> request.hold().isZero() ? source.answer(request) : behaviour.apply(request));
  }

  @Test
  void watch_sourceAnswersAtOnceWithoutNews_isPolledInsteadOfASlowLoop() {
    client.resolve(REF).close();
    source.holds = false; // Which the client has asked before.
    source.requests.clear();
    advanceInSteps(Duration.ofHours(1));

    assertThat(source.requests).hasSizeBetween(59, 121);
  }

  @Test
  void watch_sourceRefusesToHold_isPolledByPlainRequests() {
    client.resolve(REF).close();
    behaveToHeld(
        request -> {
          throw new SecretProtocolException("answered with status 400", "");
        });
    source.requests.clear();
    advanceInSteps(Duration.ofHours(1));

    assertThat(source.watches()).hasSizeBetween(59, 121);
    assertThat(source.requests).hasSize(2 * source.watches().size());
    assertThat(client.status(REF).state()).isEqualTo(SecretStatus.State.FRESH);
  }

  /** Lets time pass slowly enough that each round has ended before the next is due. */
  private void advanceInSteps(Duration total) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(total) < 0;
        passed = passed.plusSeconds(1)) {
      time.advance(Duration.ofSeconds(1));
      int before = source.requests.size();
      until(() -> time.due().size() >= 2 || source.requests.size() > before);
    }
  }

  @Test
  void watch_newVersionThatCannotBeServed_keepsTheFormerAndWatchesTheOthers() {
    source.put("db", 1, "{\"password\":\"x\"}").put("other", 1, "y");
    SecretRef field = SecretRef.parseShort("db#/password");
    client.prefetch(List.of(field, SecretRef.parseShort("other")));
    untilWatched(1);

    source.put("db", 2, "{}");
    untilWatched(2);

    assertThat(names(source.watches().get(1))).containsExactly("other");
    assertThat(client.text(field).get()).isEqualTo("x");
    assertThat(client.status(field).problem())
        .contains(
            "The value of 'db' version 2 in project 'shop' has no field /password. Correct the field"
                + " in the reference, or add it to the value.");
  }

  @Test
  void watch_sourceGoesDownAndComesBack_isStaleMeanwhile() {
    client.resolve(REF).close();
    untilWatched(1);
    source.goDown();
    source.endHolds();
    until(() -> client.status(REF).state() == SecretStatus.State.STALE);
    until(() -> time.due().size() == 2); // The next round is planned, which has nothing to watch.
    int asked = source.watches().size();

    source.comeUp();
    time.advance(Duration.ofSeconds(60));
    until(() -> client.status(REF).state() == SecretStatus.State.FRESH);

    untilWatched(asked + 1);
    assertThat(listener.told)
        .contains(
            "stale secret://my-secret The source is down. Start it.", "renewed secret://my-secret");
  }

  @Test
  void watch_accessIsWithdrawn_endsService() {
    client.resolve(REF).close();
    untilWatched(1);
    source.fail(new SecretAccessDeniedException("Denied.", ""));
    source.endHolds();

    until(() -> !listener.told.isEmpty());
    assertThat(client.status(REF)).isEqualTo(SecretStatus.NOT_LOADED);
    assertThat(listener.told).containsExactly("withdrawn secret://my-secret Denied.");
  }

  @Test
  void watch_fieldsReadAtDifferentVersions_areBroughtTogether() {
    source.put("db", 1, "{\"user\":\"a\",\"password\":\"x\"}");
    SecretRef user = SecretRef.parseShort("db#/user");
    SecretRef password = SecretRef.parseShort("db#/password");
    assertThat(client.text(user).get()).isEqualTo("a");
    source.put("db", 2, "{\"user\":\"b\",\"password\":\"y\"}");
    assertThat(client.text(password).get()).isEqualTo("y");

    until(
        () -> {
          settle();
          return client.text(user).get().equals("b");
        });
  }

  @Test
  void watch_partThatLeavesTheThreadInterrupted_isWatchedOn() {
    client.resolve(REF).close();
    source.behave(
        request -> {
          if (!request.hold().isZero()) {
            Thread.currentThread().interrupt();
          }
          return source.answer(request);
        });
    source.holds = false; // It answers at once, and without a look at the flag.
    time.advance(SETTLE);
    until(() -> source.watches().size() == 1);
    until(() -> time.due().size() == 2);
  }

  @Test
  void watch_sourceThatNeverAnswers_isPolledAndInTheEndStale() {
    client.resolve(REF).close();
    source.behave(
        request -> {
          if (request.hold().isZero()) {
            throw new SecretUnavailableException("The source is down.", "Start it.");
          }
          return source.answer(request);
        });
    untilWatched(1);

    time.advance(Duration.ofMinutes(4));
    until(() -> client.status(REF).state() == SecretStatus.State.STALE);
    assertThat(source.watches()).hasSize(1);
  }

  @Test
  void close_whileWatching_endsTheRequest() throws Exception {
    client.resolve(REF).close();
    untilWatched(1);
    List<Thread> watching =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("latchkey-watch"))
            .toList();
    assertThat(watching).isNotEmpty();

    client.close();

    for (Thread thread : watching) {
      thread.join(20_000);
      assertThat(thread.isAlive()).isFalse();
    }
  }
}
