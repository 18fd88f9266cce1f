package dev.latchkey.testing.http;

import static dev.latchkey.testing.http.Asking.ask;
import static dev.latchkey.testing.http.Asking.newest;
import static dev.latchkey.testing.http.Asking.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.MalformedSecretException;
import dev.latchkey.Registration;
import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import dev.latchkey.client.ClientSettings;
import dev.latchkey.client.FetchEvent;
import dev.latchkey.client.SecretsClient;
import dev.latchkey.client.SecretsListener;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeSecretServiceTest {
  private final FakeSecretService service = FakeSecretService.builder().project("shop").start();

  @AfterEach
  void close() {
    service.close();
  }

  @Test
  void client_ofServiceWithSecrets_readsThem() {
    assertThat(service.put("my-secret", "some-value")).isEqualTo(1);
    assertThat(service.put("my-bytes", new byte[] {'x', 'y'})).isEqualTo(1);
    SecretsClient client = service.client();
    assertThat(read(client, "secret://my-secret")).isEqualTo("some-value");
    assertThat(read(client, "secret://my-bytes")).isEqualTo("xy");
  }

  @Test
  void put_again_isTheNextVersionAndTheOldCanBePinned() {
    service.put("my-secret", "old");
    assertThat(service.put("My-Secret", "new")).isEqualTo(2);
    SecretsClient client = service.client();
    assertThat(read(client, "secret://MY-SECRET")).isEqualTo("new");
    assertThat(read(client, "secret://my-secret?version=1")).isEqualTo("old");
  }

  @Test
  void put_whileClientListens_rotationArrives() throws Exception {
    service.put("my-secret", "old");
    SecretsClient client = service.client();
    assertThat(read(client, "secret://my-secret")).isEqualTo("old");
    var rotated = new CountDownLatch(1);
    SecretRef ref = SecretRef.parse("secret://my-secret");
    try (Registration registration = client.onRotation(ref, rotated::countDown)) {
      assertThat(registration).isNotNull();
      service.put("my-secret", "new");
      assertThat(rotated.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(read(client, "secret://my-secret")).isEqualTo("new");
  }

  @Test
  void delete_takesAVersionAndNoOlderOneIsFoundAgain() {
    service.put("my-secret", "some-value");
    assertThat(service.delete("MY-secret")).isEqualTo(2);
    assertThatThrownBy(() -> read(service.client(), "secret://my-secret"))
        .isExactlyInstanceOf(SecretNotFoundException.class)
        .hasMessage(
            "No secret named 'my-secret' in project 'shop'. Create it, or correct the name.");
    assertThat(service.put("my-secret", "new")).isEqualTo(3);
    SecretsClient client = service.client();
    assertThat(read(client, "secret://my-secret?version=3")).isEqualTo("new");
    assertThatThrownBy(() -> read(client, "secret://my-secret?version=1"))
        .isExactlyInstanceOf(SecretNotFoundException.class);
  }

  @Test
  void delete_ofNothing_isRefused() {
    String message = "There is no secret named 'my-secret' to delete. Put it first.";
    assertThatThrownBy(() -> service.delete("my-secret"))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(message);
    service.put("my-secret", "some-value");
    service.delete("my-secret");
    assertThatThrownBy(() -> service.delete("my-secret")).hasMessage(message);
  }

  @Test
  void deny_thenAllow_secretIsDeniedMeanwhile() {
    service.put("my-secret", "some-value");
    service.deny("My-Secret");
    assertThatThrownBy(() -> read(service.client(), "secret://my-secret"))
        .isExactlyInstanceOf(SecretAccessDeniedException.class);
    service.allow("my-secret");
    assertThat(read(service.client(), "secret://my-secret")).isEqualTo("some-value");
    service.deny("never-put");
    try (HttpSource source = service.source().build()) {
      assertThat(ask(source, newest("never-put"))).containsExactly(new CiphertextAnswer.Denied());
    }
  }

  @Test
  void put_sealedWithAnotherKeyset_doesNotOpen() {
    var identity = new SecretIdentity("shop", newest("my-secret").name(), 1);
    byte[] ciphertext = TinkSealer.of(Keysets.generate()).seal(identity, new byte[] {1});
    assertThat(service.put(new SealedSecret(identity, ciphertext, Instant.EPOCH))).isEqualTo(1);
    assertThatThrownBy(() -> read(service.client(), "secret://my-secret"))
        .isExactlyInstanceOf(SecretDecryptionException.class);
  }

  @Test
  void put_sealedOutOfPlace_isRefused() {
    service.put("my-secret", "some-value");
    assertThatThrownBy(() -> service.put(sealed("shop", 3)))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("Version 2 is the next, and this is 'my-secret' version 3 in project 'shop'.");
    assertThatThrownBy(() -> service.put(sealed("other", 2)))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The service has project 'shop' alone, and this is"
                + " 'my-secret' version 2 in project 'other'.");
    assertThat(service.put(sealed("shop", 2))).isEqualTo(2);
  }

  private static SealedSecret sealed(String project, long version) {
    var identity = new SecretIdentity(project, newest("my-secret").name(), version);
    return new SealedSecret(identity, new byte[] {1}, Instant.EPOCH);
  }

  @Test
  void put_badNameOrValue_isRefusedAsByTheRealOne() {
    assertThatThrownBy(() -> service.put("my_secret", "x"))
        .isExactlyInstanceOf(MalformedSecretException.class)
        .hasMessage(
            "A secret name holds only letters, digits, dashes and periods (at character 3)."
                + " Nearest legal name: my-secret.");
    assertThatThrownBy(() -> service.put("my-secret", new byte[(1 << 20) + 1]))
        .isExactlyInstanceOf(SecretValueException.class)
        .hasMessage(
            "A value of 1048577 bytes is over the limit of 1048576."
                + " Store a smaller one, or the key of a file that is encrypted with it.");
    assertThatThrownBy(() -> FakeSecretService.builder().project("a b"))
        .isExactlyInstanceOf(SecretConfigurationException.class);
  }

  @Test
  void client_withOptions_hasThem() {
    List<FetchEvent> told = new CopyOnWriteArrayList<>();
    var listener =
        new SecretsListener() {
          @Override
          public void fetched(FetchEvent event) {
            told.add(event);
          }
        };
    service.put("my-secret", "some-value");
    read(service.client(options -> options.listener(listener)), "secret://my-secret");
    assertThat(told).isNotEmpty();
    assertThatThrownBy(() -> service.client(options -> options.maxEntries(0)))
        .isExactlyInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void settings_asThoseOfAProcess_connectIt() {
    service.put("my-secret", "some-value");
    Map<String, String> settings = service.settings();
    assertThat(settings)
        .containsOnlyKeys(
            "LATCHKEY_SOURCE",
            "LATCHKEY_PROJECT",
            "LATCHKEY_TOKEN",
            "LATCHKEY_KEYSET",
            "LATCHKEY_ROLE")
        .containsEntry("LATCHKEY_SOURCE", service.address().toString())
        .containsEntry("LATCHKEY_PROJECT", "shop");
    try (SecretsClient client = ClientSettings.of(settings).connect()) {
      assertThat(read(client, "secret://my-secret")).isEqualTo("some-value");
    }
  }

  @Test
  void rotateToken_oldOneIsRefusedAndClientsOfTheServiceGoOn() {
    service.put("my-secret", "some-value");
    String old = service.settings().get("LATCHKEY_TOKEN");
    service.rotateToken();
    assertThat(service.settings().get("LATCHKEY_TOKEN")).isNotEqualTo(old);
    try (HttpSource source = service.source().token(() -> old).build()) {
      assertThatThrownBy(() -> ask(source, newest("my-secret")))
          .isExactlyInstanceOf(SecretUnauthenticatedException.class);
    }
    assertThat(read(service.client(), "secret://my-secret")).isEqualTo("some-value");
    List<ReceivedRequest> requests = service.requests();
    assertThat(requests).hasSizeGreaterThanOrEqualTo(2);
    assertThat(requests.get(0))
        .isEqualTo(
            new ReceivedRequest(
                List.of(), Duration.ZERO, false, OptionalInt.of(401), Optional.empty()))
        .hasToString("[nothing, wrong token: 401]");
    assertThat(requests.get(1).tokenAccepted()).isTrue();
  }

  @Test
  void requests_tellWhatWasAskedAndAnswered() {
    service.put("my-secret", "some-value");
    try (HttpSource source = service.source().build()) {
      ask(source, newest("My-Secret").withKnownVersion(1), newest("db"));
    }
    ReceivedRequest request = service.requests().get(0);
    assertThat(request.queries())
        .containsExactly(newest("my-secret").withKnownVersion(1), newest("db"));
    assertThat(request.hold()).isZero();
    assertThat(request.status()).hasValue(200);
    assertThat(request.fault()).isEmpty();
    assertThat(request.isHeld()).isFalse();
    assertThat(request).hasToString("[my-secret known 1, db: 200]");
  }

  @Test
  void awaitRequests_thatDoNotCome_saysWhichDid() {
    service.put("my-secret", "some-value");
    try (HttpSource source = service.source().build()) {
      ask(source, newest("my-secret"));
    }
    assertThat(service.awaitRequests(1)).isEqualTo(service.requests()).hasSize(1);
    assertThatThrownBy(() -> service.awaitRequests(3, Duration.ofMillis(5)))
        .isExactlyInstanceOf(AssertionError.class)
        .hasMessage("1 of 3 requests came within 5 ms: [[my-secret: 200]].");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> service.awaitRequests(2))
        .hasMessage("1 of 2 requests came before the thread was interrupted: [[my-secret: 200]].");
    assertThat(Thread.interrupted()).isTrue();
    service.close();
    assertThatThrownBy(() -> service.awaitRequests(2))
        .hasMessage("1 of 2 requests came before the service was closed: [[my-secret: 200]].");
  }

  @Test
  void close_isTheEndOfItsClientsAndOfUse() {
    service.put("my-secret", "some-value");
    SecretsClient client = service.client();
    assertThat(read(client, "secret://my-secret")).isEqualTo("some-value");
    try (HttpSource source = service.source().build()) {
      service.close();
      service.close();
      assertThatThrownBy(() -> ask(source, newest("my-secret")))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessageStartingWith("The connection was refused by " + service.address());
    }
    assertThatThrownBy(() -> read(client, "secret://my-secret"))
        .isExactlyInstanceOf(SecretUnavailableException.class);
    assertClosed(() -> service.put("my-secret", "x"), "Put secrets");
    assertClosed(() -> service.put("my-secret", new byte[1]), "Put secrets");
    assertClosed(() -> service.put(sealed("shop", 2)), "Put secrets");
    assertClosed(() -> service.delete("my-secret"), "Delete secrets");
    assertClosed(() -> service.deny("my-secret"), "Deny secrets");
    assertClosed(() -> service.allow("my-secret"), "Allow secrets");
    assertClosed(() -> service.next(Fault.reset()), "Script faults");
    assertClosed(() -> service.fail(Fault.reset()), "Begin and end outages");
    assertClosed(service::recover, "Begin and end outages");
    assertClosed(service::rotateToken, "Rotate the token");
    assertClosed(service::client, "Make clients");
    assertThat(service.requests()).isNotEmpty();
  }

  private static void assertClosed(Runnable use, String what) {
    assertThatThrownBy(use::run)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("The service is closed. " + what + " before that.");
  }

  @Test
  void start_twoServices_areApart() {
    service.put("my-secret", "some-value");
    try (FakeSecretService other = FakeSecretService.start()) {
      assertThat(other).hasToString("FakeSecretService[" + other.address() + ", project=test]");
      assertThat(other.address()).isNotEqualTo(service.address());
      assertThatThrownBy(() -> read(other.client(), "secret://my-secret"))
          .isExactlyInstanceOf(SecretNotFoundException.class);
    }
  }
}
