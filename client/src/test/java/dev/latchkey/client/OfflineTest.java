package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.store.DiskCache;
import dev.latchkey.spi.Decryptor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one process leaves on disk for the next. */
@Timeout(60)
class OfflineTest {
  private static final SecretRef REF = SecretRef.parseShort("my-secret");
  private static final SecretRef FIELD = SecretRef.parseShort("db#/password");
  private static final SecretRef PINNED = SecretRef.parseShort("my-secret?version=1");

  private final FakeSource source =
      new FakeSource().put("my-secret", 1, "some-value").put("db", 1, "{\"password\":\"x\"}");
  private final FakeScheduler time = new FakeScheduler();
  private final RecordingListener listener = new RecordingListener();

  @TempDir private Path directory;

  private SecretsClient client(Decryptor decryptor) {
    return SecretsClient.builder(source, decryptor)
        .scheduler(time)
        .listener(listener)
        .diskCache(DiskCache.in(directory))
        .build();
  }

  private SecretsClient client() {
    time.pass(Duration.ofSeconds(1));
    return client(new FakeDecryptor());
  }

  /** A process that reads something and ends. */
  private void run(SecretRef... refs) {
    try (SecretsClient client = client()) {
      Arrays.stream(refs).forEach(ref -> client.resolve(ref).close());
    }
  }

  @Test
  void resolve_sourceDownAtTheStart_servesTheCopyAsStale() {
    run(REF, FIELD, PINNED);
    source.goDown();
    time.pass(Duration.ofHours(3));

    try (SecretsClient client = client()) {
      assertThat(client.prefetch(List.of(REF, FIELD, PINNED))).isEmpty();
      assertThat(client.text(REF).get()).isEqualTo("some-value");
      assertThat(client.text(FIELD).get()).isEqualTo("x");
      assertThat(client.text(PINNED).get()).isEqualTo("some-value");
      SecretStatus status = client.status(REF);
      assertThat(status.state()).isEqualTo(SecretStatus.State.STALE);
      assertThat(status.problem()).contains("The source is down. Start it.");
      assertThat(status.age())
          .hasValueSatisfying(
              age ->
                  assertThat(age)
                      .isBetween(Duration.ofHours(3), Duration.ofHours(3).plusSeconds(5)));
      assertThat(listener.told).contains("stale secret://my-secret The source is down. Start it.");

      source.comeUp();
      source.put("my-secret", 2, "second");
      time.pass(Duration.ofMinutes(1));
      client.refresh();
      assertThat(client.text(REF).get()).isEqualTo("second");
      assertThat(client.status(FIELD).state()).isEqualTo(SecretStatus.State.FRESH);
    }
  }

  @Test
  void resolve_copyOlderThanMaxStale_isNotServed() {
    run(REF);
    source.goDown();
    time.pass(Duration.ofHours(24));

    assertThatThrownBy(() -> run(REF))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("The source is down. Start it.");
  }

  @Test
  void resolve_copyConfirmedSince_isServedFromThenOn() {
    try (SecretsClient client = client()) {
      client.resolve(REF).close();
      time.pass(Duration.ofHours(23));
      client.refresh();
    }
    source.goDown();
    time.pass(Duration.ofHours(23));

    run(REF);
  }

  @Test
  void resolve_servedFromACopy_isNoConfirmation() {
    run(REF);
    source.goDown();
    for (int hour = 0; hour < 23; hour++) {
      time.pass(Duration.ofHours(1));
      run(REF);
    }
    time.pass(Duration.ofHours(1));

    assertThatThrownBy(() -> run(REF)).isInstanceOf(SecretUnavailableException.class);
  }

  @Test
  void resolve_clockPutBackOrFarAhead_servesNoCopy() {
    run(REF);
    source.goDown();
    time.setWall(time.now().minus(Duration.ofDays(365)));
    assertThatThrownBy(() -> run(REF)).isInstanceOf(SecretUnavailableException.class);

    time.setWall(time.now().plus(Duration.ofDays(730)));
    assertThatThrownBy(() -> run(REF)).isInstanceOf(SecretUnavailableException.class);
  }

  @Test
  void resolve_answerThatIsNoUse_servesTheCopy() {
    run(REF);
    source.fail(new SecretProtocolException("Nonsense.", ""));
    run(REF);

    source.comeUp();
    source.put("my-secret", 2, "cannot be opened");
    Decryptor oldKeyset =
        secret -> {
          if (secret.identity().version() == 2) {
            throw new SecretDecryptionException("It does not open.", "");
          }
          return secret.ciphertext().clone();
        };
    try (SecretsClient client = client(oldKeyset)) {
      assertThat(client.text(REF).get()).isEqualTo("some-value");
      assertThat(client.status(REF).problem()).contains("It does not open.");
    }
  }

  @Test
  void resolve_rolledBackAcrossARestart_isRefusedAndTheNewerServed() {
    source.put("my-secret", 7, "newer");
    run(REF);
    source.put("my-secret", 6, "older");

    try (SecretsClient client = client()) {
      assertThat(client.text(REF).get()).isEqualTo("newer");
    }
    assertThat(listener.told).contains("rollbackRefused my-secret 6 7");
  }

  @Test
  void resolve_deletedDeniedOrUnauthenticated_removesTheCopyAndKeepsTheMark() {
    for (RuntimeException withdrawal :
        List.of(
            new SecretNotFoundException("Gone.", ""),
            new SecretAccessDeniedException("Denied.", ""),
            new SecretUnauthenticatedException("Who?", ""))) {
      source.comeUp();
      source.put("my-secret", 7, "newer");
      run(REF);
      source.fail(withdrawal);
      assertThatThrownBy(() -> run(REF)).isInstanceOf(withdrawal.getClass());

      source.goDown();
      assertThatThrownBy(() -> run(REF)).isInstanceOf(SecretUnavailableException.class);
      source.comeUp();
      source.put("my-secret", 6, "older");
      assertThatThrownBy(() -> run(REF))
          .isInstanceOf(SecretProtocolException.class)
          .hasMessageStartingWith(
              "The source went back to 'my-secret' version 6 in project 'shop', after version 7");
    }
  }

  @Test
  void resolve_withdrawnWhileRunning_removesTheCopy() {
    try (SecretsClient client = client()) {
      client.resolve(REF).close();
      source.remove("my-secret");
      client.refresh();
    }
    source.goDown();

    assertThatThrownBy(() -> run(REF)).isInstanceOf(SecretUnavailableException.class);
  }

  @Test
  void resolve_copyOfAnotherIdentity_isNotFound() {
    run(REF);
    source.identity = "another token";
    source.goDown();

    assertThatThrownBy(() -> run(REF)).isInstanceOf(SecretUnavailableException.class);
  }

  @Test
  void resolve_noToken_isGivenNoCopy() {
    run(REF);
    source.fail(new SecretConfigurationException("The token file does not exist.", ""));

    assertThatThrownBy(() -> run(REF))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage("The token file does not exist.");
  }

  @Test
  void resolve_denied_removesTheCopyBeforeTheCallerIsTold() {
    run(REF, PINNED);
    source.fail(new SecretAccessDeniedException("Denied.", ""));
    SecretsClient ending = client();
    assertThatThrownBy(() -> ending.resolve(REF)).isInstanceOf(SecretAccessDeniedException.class);

    // Not closed: a process that is denied a secret often just ends.
    source.goDown();
    assertThatThrownBy(() -> run(REF)).isInstanceOf(SecretUnavailableException.class);
    assertThatThrownBy(() -> run(PINNED)).isInstanceOf(SecretUnavailableException.class);
    ending.close();
  }

  @Test
  void resolve_clockPutBackWhileRunning_isAsOldAsTheProcessRemembers() {
    try (SecretsClient client = client()) {
      client.resolve(REF).close();
      source.goDown();
      time.pass(Duration.ofHours(25));
      client.tick();
      time.setWall(time.now().minus(Duration.ofHours(24)));

      assertThatThrownBy(() -> client.resolve(REF)).isInstanceOf(SecretUnavailableException.class);
    }
  }

  @Test
  void resolve_askedBeforeADenialAndAnsweredAfterIt_isDeniedAndNotKept() throws Exception {
    SecretRef whole = SecretRef.parseShort("db");
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    try (SecretsClient client = client()) {
      client.resolve(whole).close();
      source.behave(
          request -> {
            List<CiphertextAnswer> early = source.answer(request);
            asked.countDown();
            try {
              answer.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            return early;
          });
      FutureTask<String> late = new FutureTask<>(client.text(FIELD)::get);
      new Thread(late, "late").start();
      asked.await();
      time.pass(Duration.ofNanos(1));
      source.fail(new SecretAccessDeniedException("Denied.", ""));
      client.refresh();
      answer.countDown();

      assertThatThrownBy(late::get).cause().isInstanceOf(SecretAccessDeniedException.class);
      assertThat(client.status(FIELD)).isEqualTo(SecretStatus.NOT_LOADED);
    }
    source.goDown();
    assertThatThrownBy(() -> run(whole)).isInstanceOf(SecretUnavailableException.class);
  }

  @Test
  void build_sourceThatDoesNotSayWhoItIs_isRefused() {
    source.identity = "";

    assertThatThrownBy(this::client)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "A disk cache is set, and the source does not say what tells it from others."
                + " Leave the cache out, or have the source override identity().");
  }
}
