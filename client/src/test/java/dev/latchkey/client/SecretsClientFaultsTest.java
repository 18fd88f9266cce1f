package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.spi.Decryptor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client does when its parts fail, answer late or are closed meanwhile. */
@Timeout(60)
class SecretsClientFaultsTest {
  private static final SecretRef REF = SecretRef.parseShort("my-secret");

  private final FakeSource source = new FakeSource().put("my-secret", 1, "some-value");
  private final FakeDecryptor decryptor = new FakeDecryptor();
  private final FakeScheduler time = new FakeScheduler();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private SecretsClient.Builder builder(Decryptor decryptor) {
    return SecretsClient.builder(source, decryptor)
        .scheduler(time)
        .fresh(Duration.ofDays(300)); // Tests call refresh themselves.
  }

  private SecretsClient client() {
    return builder(decryptor).build();
  }

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SecretUnavailableException("The wait was interrupted.", "");
    }
  }

  private static void until(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      Thread.onSpinWait();
    }
  }

  @Test
  void resolve_errorInTheSource_tellsItsTypeAlone() {
    source.behave(
        request -> {
          throw new NoClassDefFoundError("hunter2");
        });
    try (SecretsClient client = client()) {
      assertThatThrownBy(() -> client.resolve(REF))
          .isInstanceOf(SecretUnavailableException.class)
          .hasMessage(
              "The source failed with java.lang.NoClassDefFoundError. Report this to its maker.");
    }
  }

  @Test
  void resolve_errorInTheDecryptor_tellsItsTypeAlone() {
    Decryptor faulty =
        secret -> {
          throw new StackOverflowError("hunter2");
        };
    try (SecretsClient client = builder(faulty).build()) {
      assertThatThrownBy(() -> client.resolve(REF))
          .isInstanceOf(SecretDecryptionException.class)
          .hasMessage(
              "The decryptor failed on 'my-secret' version 1 in project 'shop' with"
                  + " java.lang.StackOverflowError. Report this to its maker.");
    }
  }

  @Test
  @SuppressWarnings("NullAway") // What a decryptor in code without the checks may do.
  void resolve_decryptorGivesNull_failsThatSecretAlone() {
    source.put("other", 1, "x");
    Decryptor faulty =
        secret -> secret.identity().name().equals(REF.name()) ? null : secret.ciphertext().clone();
    try (SecretsClient client = builder(faulty).build()) {
      assertThat(client.prefetch(List.of(REF, SecretRef.parseShort("other"))))
          .containsOnlyKeys(REF);
      assertThatThrownBy(() -> client.resolve(REF))
          .isInstanceOf(SecretDecryptionException.class)
          .hasMessage(
              "The decryptor failed on 'my-secret' version 1 in project 'shop' with"
                  + " java.lang.NullPointerException. Report this to its maker.");
    }
  }

  @Test
  void refresh_errorInTheSource_isFollowedByTheNext() {
    var asked = new AtomicInteger();
    try (SecretsClient client = builder(decryptor).maxStale(Duration.ofDays(36_500)).build()) {
      client.resolve(REF).close();
      source.behave(
          request -> {
            asked.incrementAndGet();
            throw new NoClassDefFoundError("hunter2");
          });
      // The first refresh in all its tries, and those that find out whether the source is back.
      until(
          () -> {
            time.pass(Duration.ofSeconds(31));
            client.tick();
            return asked.get() >= 6;
          });

      assertThat(client.text(REF).get()).isEqualTo("some-value");
    }
  }

  @Test
  void resolve_clockBelowZero_keepsFailuresFiveSeconds() {
    time.setNanos(Long.MIN_VALUE + 1);
    source.goDown();
    try (SecretsClient client = client()) {
      assertThatThrownBy(() -> client.resolve(REF)).isInstanceOf(SecretUnavailableException.class);
      source.comeUp();
      time.pass(Duration.ofSeconds(1));
      assertThat(client.text(REF).get()).isEqualTo("some-value");

      SecretRef later = SecretRef.parseShort("later");
      assertThatThrownBy(() -> client.resolve(later)).isInstanceOf(SecretNotFoundException.class);
      source.put("later", 1, "here");
      assertThatThrownBy(() -> client.resolve(later)).isInstanceOf(SecretNotFoundException.class);
      time.pass(Duration.ofSeconds(5));
      assertThat(client.text(later).get()).isEqualTo("here");
    }
  }

  @Test
  void refresh_clockWrapsAround_measuresAges() {
    time.setNanos(Long.MAX_VALUE - 10);
    try (SecretsClient client = client()) {
      client.resolve(REF).close();
      time.setNanos(Long.MIN_VALUE + 9);
      assertThat(client.status(REF).age()).contains(Duration.ofNanos(20));
      source.goDown();
      client.refresh();
      assertThat(client.text(REF).get()).isEqualTo("some-value");
    }
  }

  @Test
  void refresh_olderAnswerThatTookLonger_replacesNothing() throws Exception {
    var opening = new CountDownLatch(1);
    var open = new CountDownLatch(1);
    Decryptor slowForTheFirst =
        secret -> {
          if (secret.identity().version() == 1) {
            opening.countDown();
            await(open);
          }
          return secret.ciphertext().clone();
        };
    try (SecretsClient client = builder(slowForTheFirst).build()) {
      var calls = new AtomicInteger();
      Supplier<String> view = client.text(REF);
      client.onRotation(REF, calls::incrementAndGet);
      Future<String> waiting = threads.submit(view::get);
      await(opening);
      source.put("my-secret", 2, "newer");
      client.refresh();
      assertThat(client.status(REF).version()).hasValue(2);

      open.countDown();
      assertThat(waiting.get()).isIn("some-value", "newer");

      assertThat(client.status(REF).version()).hasValue(2);
      assertThat(view.get()).isEqualTo("newer");
      assertThat(calls).hasValue(0);
    }
  }

  @Test
  void refresh_olderFailureThatTookLonger_replacesNothing() throws Exception {
    source.remove("my-secret");
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    try (SecretsClient client = client()) {
      client.onRotation(REF, () -> {});
      assertThatThrownBy(() -> client.resolve(REF)).isInstanceOf(SecretNotFoundException.class);
      source.behave(
          request -> {
            List<CiphertextAnswer> gone = source.answer(request);
            asked.countDown();
            await(answer);
            return gone;
          });
      time.pass(Duration.ofSeconds(5));
      Future<?> refresh = threads.submit(client::refresh);
      await(asked);
      time.pass(Duration.ofNanos(1));
      source.comeUp();
      source.put("my-secret", 1, "made");
      assertThat(client.text(REF).get()).isEqualTo("made");

      answer.countDown();
      refresh.get();

      assertThat(client.text(REF).get()).isEqualTo("made");
    }
  }

  @Test
  void resolve_versionThatDoesNotOpen_isNotHeldAgainstLowerOnes() {
    var broken = new AtomicBoolean(true);
    Decryptor decryptor =
        secret -> {
          if (broken.get()) {
            throw new SecretDecryptionException("No key.", "");
          }
          return secret.ciphertext().clone();
        };
    source.put("my-secret", 9, "forged");
    try (SecretsClient client = builder(decryptor).build()) {
      assertThatThrownBy(() -> client.resolve(REF)).isInstanceOf(SecretDecryptionException.class);

      broken.set(false);
      source.put("my-secret", 8, "genuine");
      time.pass(Duration.ofSeconds(5));
      assertThat(client.text(REF).get()).isEqualTo("genuine");
    }
  }

  @Test
  void refresh_unchangedAtAVersionThatIsNotKnown_isNoConfirmation() {
    try (SecretsClient client = client()) {
      client.resolve(REF).close();
      source.behave(request -> List.of(new CiphertextAnswer.Unchanged(9)));
      time.pass(Duration.ofSeconds(9));
      client.refresh();

      assertThat(client.status(REF).state()).isEqualTo(SecretStatus.State.STALE);
      assertThat(client.status(REF).age()).contains(Duration.ofSeconds(9));
      assertThatThrownBy(() -> client.resolve(SecretRef.parseShort("other")))
          .isInstanceOf(SecretProtocolException.class)
          .hasMessage(
              "The source said that 'other' is unchanged at a version that is not the known one."
                  + " Report this to whoever runs it.");
    }
  }

  @Test
  void refresh_tokenFileUnreadableForAMoment_sparesTheValue() {
    try (SecretsClient client = client()) {
      Supplier<String> view = client.text(REF);
      assertThat(view.get()).isEqualTo("some-value");
      source.fail(new SecretConfigurationException("The token file cannot be read.", ""));
      client.refresh();

      assertThat(view.get()).isEqualTo("some-value");
      assertThat(client.status(REF).state()).isEqualTo(SecretStatus.State.STALE);
    }
  }

  @Test
  void builder_endlessTimes_countAsAHundredYears() {
    Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
    source.put("other", 1, "x");
    SecretRef other = SecretRef.parseShort("other");
    try (SecretsClient client =
        builder(decryptor)
            .fresh(endless)
            .maxStale(endless)
            .timeout(endless)
            .holdPlaintext(endless)
            .build()) {
      assertThat(client.text(REF).get() + client.text(other).get()).isEqualTo("some-valuex");
      source.goDown();
      client.refresh();

      assertThat(client.status(REF).state()).isEqualTo(SecretStatus.State.STALE);
      assertThat(client.status(other).state()).isEqualTo(SecretStatus.State.STALE);
      assertThat(source.requests).extracting(FetchRequest::timeout).doesNotContain(endless);
    }
  }

  @Test
  void onRotation_listenerFailsWithAnError_isCalledAgain() {
    var told = new CountDownLatch(2);
    try (SecretsClient client = client()) {
      client.resolve(REF).close();
      client.onRotation(
          REF,
          () -> {
            told.countDown();
            throw new AssertionError("hunter2");
          });
      for (long version = 2; told.getCount() > 0; version++) {
        long before = told.getCount();
        source.put("my-secret", version, "v" + version);
        client.refresh();
        until(() -> told.getCount() < before);
      }
    }
  }

  @Test
  void listener_thatHangs_keepsNoValueAlive() throws Exception {
    var telling = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    SecretsListener hanging =
        new SecretsListener() {
          @Override
          public void stale(SecretRef ref, SecretException failure) {
            telling.countDown();
            await(never);
          }
        };
    try (SecretsClient client = builder(decryptor).listener(hanging).build()) {
      client.resolve(REF).close();
      source.goDown();
      Future<?> refresh = threads.submit(client::refresh);
      await(telling);

      time.pass(Duration.ofHours(25));
      client.tick();

      assertThat(client.status(REF)).isEqualTo(SecretStatus.NOT_LOADED);
      never.countDown();
      refresh.get();
    }
  }

  @Test
  void close_inAListener_endsTheClient() {
    var closed = new CountDownLatch(1);
    SecretsClient client = client();
    client.resolve(REF).close();
    client.onRotation(
        REF,
        () -> {
          client.close();
          closed.countDown();
        });
    source.put("my-secret", 2, "second");
    client.refresh();

    await(closed);
    assertThat(source.closed).isTrue();
    assertThatThrownBy(() -> client.resolve(REF)).isInstanceOf(SecretUnavailableException.class);
  }

  @Test
  void close_inAFetch_endsTheWait() {
    SecretsClient client = client();
    source.behave(
        request -> {
          client.close();
          return source.answer(request);
        });

    assertThatThrownBy(() -> client.resolve(REF))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("The secrets client is closed. Make another, or close it later.");
    assertThat(client.status(REF)).isEqualTo(SecretStatus.NOT_LOADED);
  }

  @Test
  void onRotation_afterClose_isNeverCalled() {
    SecretsClient client = client();
    client.close();

    client.onRotation(REF, () -> {}).close();

    assertThat(source.requests).isEmpty();
  }

  @Test
  void holdPlaintext_refreshTakesLong_endsInTimeNevertheless() {
    var refreshing = new CountDownLatch(1);
    var done = new CountDownLatch(1);
    try (SecretsClient client =
        builder(decryptor)
            .fresh(Duration.ofSeconds(60))
            .holdPlaintext(Duration.ofSeconds(90))
            .build()) {
      Supplier<String> view = client.text(REF);
      String held = view.get();
      source.behave(
          request -> {
            refreshing.countDown();
            await(done);
            return source.answer(request);
          });
      time.advance(Duration.ofSeconds(60));
      await(refreshing);
      assertThat(view.get()).isSameAs(held);

      time.advance(Duration.ofSeconds(30));
      assertThat(view.get()).isNotSameAs(held);
      done.countDown();
    }
  }

  @Test
  void holdPlaintext_closedDuringReads_saysClosed() throws Exception {
    for (int i = 0; i < 200; i++) {
      SecretsClient client = builder(decryptor).holdPlaintext(Duration.ofNanos(1)).build();
      Supplier<String> view = client.text(REF);
      assertThat(view.get()).isEqualTo("some-value");
      var reading = new CountDownLatch(1);
      Future<?> reader =
          threads.submit(
              () -> {
                while (view.get().equals("some-value")) {
                  reading.countDown();
                }
              });
      await(reading);
      client.close();
      assertThatThrownBy(reader::get).cause().isInstanceOf(SecretUnavailableException.class);
    }
  }
}
