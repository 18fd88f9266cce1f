package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.latchkey.Registration;
import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.FetchRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SecretsClientTest {
  private final FakeSource source = new FakeSource().put("my-secret", 1, "some-value");
  private final FakeDecryptor decryptor = new FakeDecryptor();
  private final FakeScheduler time = new FakeScheduler();
  private final SecretsClient client = builder().build();

  private SecretsClient.Builder builder() {
    return SecretsClient.builder(source, decryptor)
        .scheduler(time)
        .fresh(Duration.ofDays(300)) // Tests call refresh themselves.
        .maxStale(Duration.ofHours(24));
  }

  @AfterEach
  void close() {
    client.close();
  }

  private static SecretRef ref(String shortForm) {
    return SecretRef.parseShort(shortForm);
  }

  private String text(String shortForm) {
    return client.text(ref(shortForm)).get();
  }

  private void pass(Duration time) {
    this.time.pass(time);
  }

  @Test
  void resolve_manyTimes_fetchesAndOpensOnce() {
    for (int i = 0; i < 10; i++) {
      try (SecretValue value = client.resolve(ref("my-secret"))) {
        assertThat(value.reveal()).isEqualTo("some-value");
      }
    }

    assertThat(source.requests).hasSize(1);
    assertThat(decryptor.given).hasSize(1);
  }

  @Test
  void resolve_optionalAndOtherCase_isTheSameEntry() {
    assertThat(text("my-secret")).isEqualTo("some-value");
    assertThat(text("My-Secret?optional")).isEqualTo("some-value");

    assertThat(source.requests).hasSize(1);
  }

  @Test
  void resolve_arrived_overwritesThePlaintext() {
    source.put("db", 1, "{\"password\":\"hunter2\"}");

    assertThat(text("my-secret")).isEqualTo("some-value");
    assertThat(text("db#/password")).isEqualTo("hunter2");

    assertThat(decryptor.given).hasSize(2).allSatisfy(bytes -> assertThat(bytes).containsOnly(0));
  }

  @Test
  void resolve_closedValue_leavesTheCacheAlone() {
    client.resolve(ref("my-secret")).close();

    assertThat(text("my-secret")).isEqualTo("some-value");
  }

  @Test
  void resolve_emptyAndLargestValue_comeBack() {
    byte[] large = new byte[SecretValue.MAX_BYTES];
    Arrays.fill(large, (byte) 0xFE);
    source.put("large", 1, large).put("empty", 1, "");

    try (SecretValue value = client.resolve(ref("large"));
        SecretValue empty = client.resolve(ref("empty"))) {
      assertThat(value.bytes()).isEqualTo(large);
      assertThat(empty.bytes()).isEmpty();
    }
  }

  @Test
  void resolve_field_isTheFieldsText() {
    source.put("db", 3, "{\"a\":{\"b\":[1,\"\\u00e9\\n\",true,{\"c\":null}]},\"n\":1.50}");

    assertThat(text("db#/a/b/1")).isEqualTo("é\n");
    assertThat(text("db#/a/b/0")).isEqualTo("1");
    assertThat(text("db#/a/b/2")).isEqualTo("true");
    assertThat(text("db#/n")).isEqualTo("1.50");
    assertThat(text("db#/a/b/3")).isEqualTo("{\"c\":null}");
    assertThatThrownBy(() -> text("db#/a/b/3/c"))
        .isInstanceOf(SecretValueException.class)
        .hasMessage(
            "The value of 'db' version 3 in project 'shop' has no field /a/b/3/c."
                + " Correct the field in the reference, or add it to the value.");
  }

  @Test
  void resolve_fieldOfWhatIsNotJson_saysSoAndRepeatsNothing() {
    for (String value :
        List.of("hunter2", "{\"a\":\"hunter2\"", "{\"a\":1,\"a\":\"hunter2\"}", "")) {
      source.put("bad", 1, value);
      try (SecretsClient fresh = builder().build()) {
        assertThatThrownBy(() -> fresh.resolve(ref("bad#/b")))
            .satisfies(e -> assertThat(e.getCause()).hasNoCause())
            .hasMessage(
                value.isEmpty()
                    ? "The value of 'bad' version 1 in project 'shop' has no field /b."
                        + " Correct the field in the reference, or add it to the value."
                    : "The value of 'bad' version 1 in project 'shop' is not JSON, so it has no"
                        + " field /b. Store a JSON object, or leave the field out of the"
                        + " reference.")
            .isInstanceOf(SecretValueException.class);
      }
    }
  }

  @Test
  void resolve_oneFieldMissing_harmsNoOtherFieldOfTheRequest() {
    source.put("db", 1, "{\"user\":\"app\"}");

    Map<SecretRef, SecretException> failures =
        client.prefetch(List.of(ref("db#/user"), ref("db#/password"), ref("db")));

    assertThat(failures).containsOnlyKeys(ref("db#/password"));
    assertThat(text("db#/user")).isEqualTo("app");
    assertThat(source.requests).hasSize(1);
    assertThat(source.requests.get(0).queries()).hasSize(1);
  }

  @Test
  void prefetch_optional_failsUnderTheReferenceThatWasGiven() {
    SecretRef optional = ref("none?optional");

    assertThat(client.prefetch(List.of(optional, ref("none"), ref("my-secret?optional"))))
        .containsOnlyKeys(optional, ref("none"));
    assertThat(source.requests).hasSize(1);
    assertThat(source.requests.get(0).queries()).hasSize(2);
  }

  @Test
  void prefetch_many_isOneRequestAHundred() {
    List<SecretRef> refs =
        IntStream.range(0, 250)
            .mapToObj(i -> "s" + i)
            .peek(name -> source.put(name, 1, "v-" + name))
            .map(SecretsClientTest::ref)
            .toList();

    assertThat(client.prefetch(refs)).isEmpty();
    assertThat(client.prefetch(refs)).isEmpty();

    assertThat(source.requests)
        .extracting(r -> r.queries().size())
        .containsExactlyInAnyOrder(100, 100, 50);
    assertThat(text("s249")).isEqualTo("v-s249");
  }

  @Test
  void prefetch_answersTooLargeTogether_asksOneByOne() {
    source.put("other", 1, "x");
    source.behave(
        request -> {
          if (request.queries().size() > 1) {
            throw new SecretValueException("Too large.", "");
          }
          return source.answer(request);
        });

    assertThat(client.prefetch(List.of(ref("my-secret"), ref("other"), ref("none"))))
        .containsOnlyKeys(ref("none"));
    assertThat(text("my-secret") + text("other")).isEqualTo("some-valuex");
    assertThat(source.requests).extracting(r -> r.queries().size()).containsExactly(3, 1, 1, 1);
  }

  @Test
  void resolve_coldHerd_isOneRequestAndOneOutcomeForAll() throws Exception {
    int herd = 200;
    var barrier = new CyclicBarrier(herd);
    ExecutorService threads = Executors.newFixedThreadPool(herd);
    try {
      Callable<String> task =
          () -> {
            barrier.await();
            return text("my-secret");
          };
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < herd; i++) {
        all.add(threads.submit(task));
      }
      for (Future<String> each : all) {
        assertThat(each.get()).isEqualTo("some-value");
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(source.requests).hasSize(1);
  }

  @Test
  void resolve_missing_saysWhatAndOffersTheNearest() {
    source.behave(
        request -> List.of(new CiphertextAnswer.NotFound(Optional.of(ref("db-password").name()))));

    assertThatThrownBy(() -> text("db-pasword?version=2"))
        .isInstanceOf(SecretNotFoundException.class)
        .hasMessage(
            "No secret named 'db-pasword' version 2 in project 'shop'. Nearest name: db-password.");
  }

  @Test
  void resolve_missing_isKeptFiveSecondsAndThrownAnew() {
    Throwable first = catchThrowable(() -> text("later"));
    Throwable second = catchThrowable(() -> text("later"));

    assertThat(second).isInstanceOf(SecretNotFoundException.class).isNotSameAs(first);
    assertThat(source.requests).hasSize(1);

    source.put("later", 1, "here");
    pass(Duration.ofSeconds(5).minusNanos(1));
    assertThatThrownBy(() -> text("later")).isInstanceOf(SecretNotFoundException.class);
    pass(Duration.ofNanos(1));
    assertThat(text("later")).isEqualTo("here");
    assertThat(source.requests).hasSize(2);
  }

  @Test
  void resolve_denied_saysSo() {
    source.behave(request -> List.of(new CiphertextAnswer.Denied()));

    assertThatThrownBy(() -> text("my-secret"))
        .isInstanceOf(SecretAccessDeniedException.class)
        .hasMessage(
            "This process may not read the secret 'my-secret' in project 'shop'."
                + " Bind the secret to the app, or have its token made for this secret too.");
  }

  @Test
  void resolve_sourceDown_isAskedFourTimesAndLeftAloneForASecond() {
    source.goDown();
    assertThatThrownBy(() -> text("my-secret"))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("The source is down. Start it.");
    assertThat(source.requests).hasSize(4);
    source.comeUp();

    assertThatThrownBy(() -> text("my-secret"))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("The source is down. It is left alone for another 1 s. Start it.");
    assertThat(source.requests).hasSize(4);

    pass(Duration.ofSeconds(1));
    assertThat(text("my-secret")).isEqualTo("some-value");
  }

  @Test
  void resolve_strangeExceptions_tellTheirTypeAlone() {
    source.fail(new IllegalStateException("hunter2"));
    assertThatThrownBy(() -> text("my-secret"))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage(
            "The source failed with java.lang.IllegalStateException. Report this to its maker.")
        .hasRootCauseInstanceOf(SecretUnavailableException.class);

    source.comeUp();
    try (SecretsClient strange =
        SecretsClient.builder(
                source,
                ciphertext -> {
                  throw new IllegalStateException("hunter2");
                })
            .build()) {
      assertThatThrownBy(() -> strange.resolve(ref("my-secret")))
          .isInstanceOf(SecretDecryptionException.class)
          .hasMessage(
              "The decryptor failed on 'my-secret' version 1 in project 'shop' with"
                  + " java.lang.IllegalStateException. Report this to its maker.")
          .hasRootCauseInstanceOf(SecretDecryptionException.class);
    }
  }

  @Test
  void resolve_answerTooLarge_isAProtocolError() {
    source.fail(new SecretValueException("The answer is over 2 bytes.", "Check it."));

    assertThatThrownBy(() -> text("my-secret"))
        .isInstanceOf(SecretProtocolException.class)
        .hasMessage("The answer is over 2 bytes. Check it.");
  }

  @Test
  void resolve_answersThatDoNotFit_areRefused() {
    CiphertextAnswer otherName =
        new CiphertextAnswer.Sealed(FakeSource.sealed("other", 1, new byte[1]));
    CiphertextAnswer otherVersion =
        new CiphertextAnswer.Sealed(FakeSource.sealed("my-secret", 2, new byte[1]));
    List<List<CiphertextAnswer>> misfits =
        List.of(
            List.of(otherName),
            List.of(otherVersion),
            List.of(new CiphertextAnswer.Unchanged(1)),
            List.of(),
            List.of(otherVersion, otherVersion));
    for (List<CiphertextAnswer> misfit : misfits) {
      source.behave(request -> misfit);
      try (SecretsClient fresh = builder().build()) {
        assertThatThrownBy(() -> fresh.resolve(ref("my-secret?version=1")))
            .as("%s", misfit)
            .isInstanceOf(SecretProtocolException.class);
      }
    }
  }

  @Test
  void refresh_unchanged_renewsTheAgeWithoutTheValue() {
    text("my-secret");
    pass(Duration.ofHours(1));
    assertThat(client.status(ref("my-secret")).age()).contains(Duration.ofHours(1));

    client.refresh();

    assertThat(source.requests.get(1).queries().get(0).knownVersion()).hasValue(1);
    assertThat(client.status(ref("my-secret")).age()).contains(Duration.ZERO);
    assertThat(decryptor.given).hasSize(1);
  }

  @Test
  void refresh_nothingHeld_asksNothing() {
    client.refresh();

    assertThat(source.requests).isEmpty();
  }

  @Test
  void refresh_newVersion_isSeenAtOnceByEveryView() {
    source.put("db", 1, "{\"user\":\"a\",\"password\":\"x\"}");
    Supplier<String> user = client.text(ref("db#/user"));
    Supplier<String> password = client.text(ref("db#/password"));
    assertThat(user.get() + password.get()).isEqualTo("ax");

    source.put("db", 2, "{\"user\":\"b\",\"password\":\"y\"}");
    assertThat(user.get() + password.get()).isEqualTo("ax");
    client.refresh();

    assertThat(user.get() + password.get()).isEqualTo("by");
    assertThat(client.status(ref("db#/user")).version()).hasValue(2);
  }

  @Test
  void refresh_sourceDown_servesStaleUntilMaxStaleAndNoLonger() {
    Supplier<String> view = client.text(ref("my-secret"));
    assertThat(view.get()).isEqualTo("some-value");
    long confirmed = time.nanos();
    source.goDown();

    pass(Duration.ofHours(23));
    client.refresh();

    assertThat(view.get()).isEqualTo("some-value");
    SecretStatus status = client.status(ref("my-secret"));
    assertThat(status.state()).isEqualTo(SecretStatus.State.STALE);
    assertThat(status.problem()).contains("The source is down. Start it.");
    assertThat(status.age()).contains(Duration.ofNanos(time.nanos() - confirmed));

    time.setNanos(confirmed + Duration.ofHours(24).toNanos());
    client.tick();
    assertThat(view.get()).isEqualTo("some-value");
    pass(Duration.ofNanos(1));
    client.tick();

    assertThatThrownBy(view::get)
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessageStartingWith("The source "); // Down, or being tried again.

    source.comeUp();
    pass(Duration.ofSeconds(30));
    assertThat(view.get()).isEqualTo("some-value");
    assertThat(client.status(ref("my-secret")).state()).isEqualTo(SecretStatus.State.FRESH);
  }

  @Test
  void refresh_goneDeniedOrUnauthenticated_endsServiceAtOnce() {
    Supplier<String> view = client.text(ref("my-secret"));
    assertThat(view.get()).isEqualTo("some-value");
    source.remove("my-secret");
    client.refresh();
    assertThatThrownBy(view::get).isInstanceOf(SecretNotFoundException.class);

    source.put("my-secret", 2, "back");
    pass(Duration.ofSeconds(5));
    assertThat(view.get()).isEqualTo("back");

    source.behave(request -> List.of(new CiphertextAnswer.Denied()));
    client.refresh();
    assertThatThrownBy(view::get).isInstanceOf(SecretAccessDeniedException.class);

    source.comeUp();
    pass(Duration.ofSeconds(5));
    assertThat(view.get()).isEqualTo("back");

    source.fail(new SecretUnauthenticatedException("The token is expired.", "Renew it."));
    client.refresh();
    assertThatThrownBy(view::get)
        .isInstanceOf(SecretUnauthenticatedException.class)
        .hasMessage("The token is expired. Renew it.");
  }

  @Test
  void refresh_newVersionWithoutTheField_keepsTheFormer() {
    source.put("db", 1, "{\"password\":\"x\"}");
    Supplier<String> view = client.text(ref("db#/password"));
    assertThat(view.get()).isEqualTo("x");

    source.put("db", 2, "{\"pw\":\"y\"}");
    client.refresh();

    assertThat(view.get()).isEqualTo("x");
    assertThat(client.status(ref("db#/password")).state()).isEqualTo(SecretStatus.State.STALE);
    assertThat(client.status(ref("db#/password")).version()).hasValue(1);

    source.put("db", 3, "{\"password\":\"z\"}");
    client.refresh();
    assertThat(view.get()).isEqualTo("z");
  }

  @Test
  void tick_sourceThatNeverAnswers_doesNotKeepItsValuesAlive() throws Exception {
    var asked = new CountDownLatch(1);
    try (SecretsClient client = builder().fresh(Duration.ofSeconds(60)).build()) {
      Supplier<String> view = client.text(ref("my-secret"));
      assertThat(view.get()).isEqualTo("some-value");
      source.behave(request -> slowly(request, asked, new CountDownLatch(1)));
      client.tick();
      asked.await();
      client.tick();
      assertThat(client.status(ref("my-secret")).state()).isEqualTo(SecretStatus.State.FRESH);

      pass(Duration.ofSeconds(121));
      client.tick();
      while (client.status(ref("my-secret")).state() != SecretStatus.State.STALE) {
        Thread.onSpinWait();
      }
      assertThat(view.get()).isEqualTo("some-value");

      pass(Duration.ofHours(24));
      client.tick();

      assertThat(client.status(ref("my-secret"))).isEqualTo(SecretStatus.NOT_LOADED);
      source.goDown();
      assertThatThrownBy(view::get).isInstanceOf(SecretUnavailableException.class);
    }
  }

  @Test
  void refresh_olderVersion_isRefusedAndTheNewerKept() {
    source.put("my-secret", 7, "newer");
    Supplier<String> view = client.text(ref("my-secret"));
    assertThat(view.get()).isEqualTo("newer");

    source.put("my-secret", 6, "older");
    client.refresh();

    assertThat(view.get()).isEqualTo("newer");
    assertThat(client.status(ref("my-secret")).state()).isEqualTo(SecretStatus.State.STALE);
    assertThatThrownBy(() -> text("my-secret#/x"))
        .isInstanceOf(SecretProtocolException.class)
        .hasMessage(
            "The source went back to 'my-secret' version 6 in project 'shop', after version 7 was"
                + " seen. If that is meant, create the old value as a new version.");
    assertThat(text("my-secret?version=6")).isEqualTo("older");
  }

  @Test
  void onRotation_newVersions_callsInOrderOneAtATime() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    text("my-secret");
    Registration registration =
        client.onRotation(ref("my-secret"), () -> seen.add(text("my-secret")));

    source.put("my-secret", 2, "second");
    client.refresh();
    assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("second");
    client.refresh();
    source.put("my-secret", 3, "third");
    client.refresh();
    assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("third");

    registration.close();
    source.put("my-secret", 4, "fourth");
    client.refresh();
    assertThat(text("my-secret")).isEqualTo("fourth");
    assertThat(seen).isEmpty();
  }

  @Test
  void onRotation_neverRead_isToldFromTheFirstVersionOn() throws Exception {
    var told = new CountDownLatch(1);
    client.onRotation(ref("my-secret"), told::countDown);
    text("my-secret");

    source.put("my-secret", 2, "second");
    client.refresh();

    assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void onRotation_throwingOrBlockedListener_harmsNoOther() throws Exception {
    var never = new CountDownLatch(1);
    var told = new CountDownLatch(2);
    text("my-secret");
    client.onRotation(
        ref("my-secret"),
        () -> {
          throw new IllegalStateException("hunter2");
        });
    client.onRotation(
        ref("my-secret"),
        () -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    client.onRotation(ref("my-secret"), told::countDown);

    source.put("my-secret", 2, "second");
    client.refresh();
    source.put("my-secret", 3, "third");
    client.refresh();

    assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
    never.countDown();
  }

  @Test
  void resolve_interruptedWaiter_leavesTheOthersAlone() throws Exception {
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    source.behave(request -> slowly(request, asked, answer));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<String> patient = threads.submit(() -> text("my-secret"));
      asked.await();
      Thread.currentThread().interrupt();
      Throwable interrupted = catchThrowable(() -> text("my-secret"));

      assertThat(Thread.interrupted()).isTrue();
      assertThat(interrupted)
          .isInstanceOf(SecretUnavailableException.class)
          .hasMessage("The thread was interrupted while it waited for 'my-secret'.");
      answer.countDown();
      assertThat(patient.get()).isEqualTo("some-value");
      assertThat(source.requests).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
  }

  private List<CiphertextAnswer> slowly(
      FetchRequest request, CountDownLatch asked, CountDownLatch answer) {
    asked.countDown();
    try {
      answer.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SecretUnavailableException("The fetch was interrupted.", "");
    }
    return source.answer(request);
  }

  @Test
  void close_duringAFetch_endsTheWaitAndInsertsNothing() throws Exception {
    var asked = new CountDownLatch(1);
    source.behave(request -> slowly(request, asked, new CountDownLatch(1)));
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Throwable> waiter = threads.submit(() -> catchThrowable(() -> text("my-secret")));
      asked.await();
      client.close();
      client.close();

      assertThat(waiter.get(30, TimeUnit.SECONDS)).isInstanceOf(SecretUnavailableException.class);
      assertThat(client.status(ref("my-secret"))).isEqualTo(SecretStatus.NOT_LOADED);
      assertThat(source.closed).isTrue();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void close_afterReads_openNothingAnyMore() {
    Supplier<String> view = client.text(ref("my-secret"));
    assertThat(view.get()).isEqualTo("some-value");

    client.close();

    assertThatThrownBy(view::get)
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("The secrets client is closed. Make another, or close it later.");
    assertThatThrownBy(() -> client.resolve(ref("my-secret")))
        .isInstanceOf(SecretUnavailableException.class);
    assertThat(source.requests).hasSize(1);
  }

  @Test
  void close_endsItsThreads() throws Exception {
    text("my-secret");
    List<Thread> before = clientThreads();
    assertThat(before).isNotEmpty();

    client.close();

    for (Thread thread : before) {
      thread.join(30_000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private static List<Thread> clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("latchkey-"))
        .toList();
  }

  @Test
  void cache_overItsBounds_dropsAndFetchesAgain() {
    try (SecretsClient small = builder().maxEntries(10).build()) {
      for (int i = 0; i < 50; i++) {
        source.put("s" + i, 1, "v" + i);
        small.resolve(ref("s" + i)).close();
      }
      int first = source.requests.size();
      List<String> held = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        if (small.status(ref("s" + i)).version().isPresent()) {
          held.add("s" + i);
        }
      }
      assertThat(first).isEqualTo(50);
      assertThat(held).hasSizeBetween(1, 10);
      for (int i = 0; i < 50; i++) {
        try (SecretValue value = small.resolve(ref("s" + i))) {
          assertThat(value.reveal()).isEqualTo("v" + i);
        }
      }
      assertThat(source.requests).hasSizeGreaterThanOrEqualTo(90);
    }
  }

  @Test
  void holdPlaintext_withinItsTime_givesTheSameString() {
    try (SecretsClient holding = builder().holdPlaintext(Duration.ofDays(1)).build()) {
      Supplier<String> view = holding.text(ref("my-secret"));
      String held = view.get();

      assertThat(view.get()).isSameAs(held);
      source.put("my-secret", 2, "second");
      holding.refresh();
      assertThat(view.get()).isEqualTo("second");
    }
    Supplier<String> sealed = client.text(ref("my-secret"));
    assertThat(sealed.get()).isNotSameAs(sealed.get());
  }

  @Test
  void holdPlaintext_afterItsTime_opensAnew() {
    try (SecretsClient holding = builder().holdPlaintext(Duration.ofSeconds(5)).build()) {
      Supplier<String> view = holding.text(ref("my-secret"));
      String held = view.get();

      time.advance(Duration.ofSeconds(5).minusNanos(1));
      assertThat(view.get()).isSameAs(held);
      time.advance(Duration.ofNanos(1));
      assertThat(view.get()).isNotSameAs(held).isEqualTo("some-value");
    }
  }

  @Test
  void text_notUtf8_namesBytes() {
    source.put("binary", 1, new byte[] {(byte) 0xFF, 0});

    assertThatThrownBy(() -> text("binary"))
        .isInstanceOf(SecretValueException.class)
        .hasMessage(
            "The value is not UTF-8 text. Read its bytes with SecretValue.bytes(), in a process that"
                + " is started by reference.");
    try (SecretValue value = client.resolve(ref("binary"))) {
      assertThat(value.bytes()).containsExactly(0xFF, 0);
    }
  }

  @Test
  void toString_afterReads_showsNoValue() {
    text("my-secret");

    assertThat(client.toString()).isEqualTo("SecretsClient[shop]");
  }

  @Test
  void builder_outOfRange_namesTheProperty() {
    assertThatThrownBy(() -> builder().fresh(Duration.ZERO))
        .hasMessage("fresh is positive, not PT0S.");
    assertThatThrownBy(() -> builder().maxEntries(0)).hasMessage("maxEntries is 1 or more, not 0.");
  }
}
