package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.spi.Decryptor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LoaderTest {
  private static final SecretRef WHOLE = SecretRef.parseShort("db");
  private static final SecretRef USER = SecretRef.parseShort("db#/user");
  private static final SecretRef OTHER = SecretRef.parseShort("other");

  private final FakeSource source =
      new FakeSource().put("db", 1, "{\"user\":\"app\"}").put("other", 1, "x");
  private final FakeScheduler time = new FakeScheduler();
  private final RecordingListener listener = new RecordingListener();
  private final Loader loader = loader(new FakeDecryptor());

  private Loader loader(Decryptor decryptor) {
    return new Loader(
        new RetryingSource(source, time, new Notices(listener), Duration.ofSeconds(10)),
        new Arrivals(
            FakeSource.PROJECT,
            decryptor,
            new ProcessKey(),
            new DiskCopies(null, source, time),
            time,
            new Notices(listener),
            Duration.ofHours(24)),
        time);
  }

  private static Map<SecretRef, Outcome> load(Loader loader, Map<SecretRef, Long> known) {
    return loader.load(FetchEvent.Kind.REFRESH, known);
  }

  private static Map<SecretRef, Long> known(
      SecretRef one, long version, SecretRef other, long otherVersion) {
    Map<SecretRef, Long> known = new LinkedHashMap<>();
    known.put(one, version);
    known.put(other, otherVersion);
    return known;
  }

  @Test
  void load_referencesThatHoldDifferentVersions_areAllRenewed() {
    source.put("db", 2, "{\"user\":\"b\"}");

    Map<SecretRef, Outcome> loaded = load(loader, known(WHOLE, 2, USER, 1));

    assertThat(source.requests.get(0).queries()).hasSize(1);
    assertThat(source.requests.get(0).queries().get(0).knownVersion()).isEmpty();
    assertThat(loaded).containsOnlyKeys(WHOLE, USER);
    assertThat(loaded.values()).hasOnlyElementsOfType(Outcome.Value.class);
  }

  @Test
  void load_referencesThatHoldTheSame_areUnchangedTogether() {
    Map<SecretRef, Outcome> loaded = load(loader, known(WHOLE, 1, USER, 1));

    assertThat(source.requests.get(0).queries().get(0).knownVersion()).hasValue(1);
    assertThat(loaded).containsOnlyKeys(WHOLE, USER);
    assertThat(loaded.values()).hasOnlyElementsOfType(Outcome.Unchanged.class);
  }

  @Test
  void load_oneReferenceHoldsNothing_asksForTheValue() {
    Map<SecretRef, Outcome> loaded = load(loader, known(WHOLE, 1, USER, 0));

    assertThat(source.requests.get(0).queries().get(0).knownVersion()).isEmpty();
    assertThat(loaded.values()).hasOnlyElementsOfType(Outcome.Value.class);
  }

  @Test
  void load_ciphertextThatDoesNotOpen_isAskedForOnceMoreAlone() {
    Loader failing =
        loader(
            secret -> {
              if (secret.identity().name().equals(WHOLE.name())) {
                throw new SecretDecryptionException("It does not open.", "");
              }
              return secret.ciphertext().clone();
            });

    Map<SecretRef, Outcome> loaded = load(failing, known(WHOLE, 0, OTHER, 0));

    assertThat(source.requests).hasSize(2);
    assertThat(source.requests.get(1).queries()).hasSize(1);
    assertThat(loaded.get(OTHER)).isInstanceOf(Outcome.Value.class);
    assertThat(loaded.get(WHOLE)).isInstanceOf(Outcome.Failure.class);
  }

  @Test
  void load_ciphertextThatOpensTheSecondTime_isTaken() {
    var broken = new AtomicBoolean(true);
    Loader once =
        loader(
            secret -> {
              if (broken.getAndSet(false)) {
                throw new SecretDecryptionException("It does not open.", "");
              }
              return secret.ciphertext().clone();
            });

    assertThat(load(once, Map.of(WHOLE, 0L)).get(WHOLE)).isInstanceOf(Outcome.Value.class);
  }

  @Test
  void load_rollback_isToldAndRefused() {
    source.put("db", 7, "{}");
    load(loader, Map.of(WHOLE, 0L));
    source.put("db", 6, "{}");

    Map<SecretRef, Outcome> loaded = load(loader, Map.of(WHOLE, 7L));

    assertThat(failure(loaded).failure()).isInstanceOf(SecretProtocolException.class);
    assertThat(listener.told).containsExactly("rollbackRefused db 6 7");
  }

  @Test
  void load_failures_areKeptIfTheyAreAnswers() {
    assertThat(kept(new SecretNotFoundException("Gone.", ""))).isEqualTo(Duration.ofSeconds(5));
    assertThat(kept(new SecretProtocolException("Nonsense.", ""))).isEqualTo(Duration.ofSeconds(5));
    assertThat(kept(new SecretUnauthenticatedException("Who?", "")))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(kept(new SecretConfigurationException("No file.", ""))).isEqualTo(Duration.ZERO);
    assertThat(kept(new SecretUnavailableException("Down.", ""))).isEqualTo(Duration.ZERO);
  }

  private Duration kept(SecretException failure) {
    source.fail(failure);
    Outcome.Failure outcome = failure(load(loader, Map.of(WHOLE, 0L)));
    assertThat(outcome.failure()).isSameAs(failure);
    return Duration.ofNanos(outcome.until() - time.nanos());
  }

  private static Outcome.Failure failure(Map<SecretRef, Outcome> loaded) {
    if (loaded.get(WHOLE) instanceof Outcome.Failure failure) {
      return failure;
    }
    throw new AssertionError("no failure but " + loaded);
  }
}
