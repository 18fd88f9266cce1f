package dev.latchkey.testing.http;

import static dev.latchkey.testing.http.Asking.TIMEOUT;
import static dev.latchkey.testing.http.Asking.ask;
import static dev.latchkey.testing.http.Asking.newest;
import static dev.latchkey.testing.http.Asking.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.SecretsClient;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.source.HttpSource;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultTest {
  private static final String BROKEN =
      "The connection to # broke before the answer was complete."
          + " Try again later; at https if the service speaks TLS.";

  private final FakeSecretService service = FakeSecretService.start();

  @BeforeEach
  void put() {
    service.put("my-secret", "some-value");
  }

  @AfterEach
  void close() {
    service.close();
  }

  /** Asserts what one request meets, and that the next one meets a true answer. */
  private void assertFails(
      Fault fault, Duration timeout, Class<? extends SecretException> type, String message) {
    service.next(fault);
    assertThat(service.unusedFaults()).containsExactly(fault);
    try (HttpSource source = service.source().build()) {
      var request = FetchRequest.of(List.of(newest("my-secret")), timeout);
      assertThatThrownBy(() -> source.fetch(request))
          .isExactlyInstanceOf(type)
          .hasMessage(message.replace("#", service.address().toString()));
      assertThat(service.unusedFaults()).isEmpty();
      assertThat(ask(source, newest("my-secret"))).hasSize(1);
    }
    List<ReceivedRequest> requests = service.requests();
    assertThat(requests).hasSize(2);
    assertThat(requests.get(0).fault()).containsSame(fault);
    assertThat(requests.get(0).isHeld()).isFalse();
    assertThat(requests.get(0)).hasToString("[my-secret: " + fault + "]");
    assertThat(requests.get(1)).hasToString("[my-secret: 200]");
  }

  @Test
  void status_503_isUnavailable() {
    assertFails(
        Fault.status(503),
        TIMEOUT,
        SecretUnavailableException.class,
        "# answered with status 503. Try again later.");
    assertThat(service.requests().get(0).status()).hasValue(503);
  }

  @Test
  void status_401_isUnauthenticated() {
    assertFails(
        Fault.status(401),
        TIMEOUT,
        SecretUnauthenticatedException.class,
        "# does not accept the token of this process. It may have expired: issue a new one,"
            + " and set LATCHKEY_TOKEN or LATCHKEY_TOKEN_FILE.");
  }

  @Test
  void status_403_isDenied() {
    assertFails(
        Fault.status(403),
        TIMEOUT,
        SecretAccessDeniedException.class,
        "The token of this process may not read secrets of project 'test' at #."
            + " Issue a process token for that project.");
  }

  @Test
  void reset_breaksTheConnection() {
    assertFails(Fault.reset(), TIMEOUT, SecretUnavailableException.class, BROKEN);
    assertThat(service.requests().get(0).status()).isEmpty();
  }

  @Test
  void truncated_breaksTheConnection() {
    assertFails(Fault.truncated(), TIMEOUT, SecretUnavailableException.class, BROKEN);
  }

  @Test
  void silent_isATimeout() {
    assertFails(
        Fault.silent(),
        Duration.ofMillis(200),
        SecretUnavailableException.class,
        "# did not answer within 200 ms. Try again later.");
  }

  @Test
  void notJson_isAProtocolFailure() {
    assertFails(
        Fault.notJson(),
        TIMEOUT,
        SecretProtocolException.class,
        "The answer of # is not valid: it is not well-formed JSON. Check that LATCHKEY_SOURCE is"
            + " the address of a secrets service, and that nothing between changes its answers.");
  }

  @Test
  void status_withRetryAfter_asksForTheWait() {
    service.next(Fault.status(503, Duration.ofSeconds(3)));
    try (HttpSource source = service.source().build()) {
      var thrown =
          catchThrowableOfType(
              SecretUnavailableException.class, () -> ask(source, newest("my-secret")));
      assertThat(thrown.retryAfter()).hasValue(Duration.ofSeconds(3));
    }
    assertThat(service.requests()).hasToString("[[my-secret: Fault[status 503, retry after 3 s]]]");
  }

  @Test
  void damaged_doesNotOpenAndTheOthersDo() {
    service.put("db", "other-value");
    service.fail(Fault.damaged("My-Secret"));
    SecretsClient client = service.client();
    assertThat(read(client, "secret://db")).isEqualTo("other-value");
    assertThatThrownBy(() -> read(client, "secret://my-secret"))
        .isExactlyInstanceOf(SecretDecryptionException.class)
        .hasMessage(
            "'my-secret' version 1 in project 'test' could not be opened. Check that this process"
                + " has the keyset that it was sealed with, in LATCHKEY_KEYSET_FILE or"
                + " LATCHKEY_KEYSET, and that the ciphertext was neither changed nor moved.");
    service.recover();
    assertThat(read(service.client(), "secret://my-secret")).isEqualTo("some-value");
  }

  @Test
  void damaged_next_waitsForARequestThatAsksForTheSecret() {
    service.put("db", "other-value");
    service.next(Fault.damaged("my-secret"), Fault.status(500));
    try (HttpSource source = service.source().build()) {
      assertThatThrownBy(() -> ask(source, newest("db")))
          .isExactlyInstanceOf(SecretUnavailableException.class);
      assertThat(service.unusedFaults()).hasToString("[Fault[damaged my-secret]]");
      assertThat(ask(source, newest("my-secret").withKnownVersion(1)))
          .singleElement()
          .isInstanceOf(CiphertextAnswer.Sealed.class);
    }
    assertThat(service.requests())
        .hasToString("[[db: Fault[status 500]], [my-secret known 1: Fault[damaged my-secret]]]");
  }

  @Test
  void damaged_secretThatIsNotThere_isATrueAnswer() {
    service.fail(Fault.damaged("db"));
    try (HttpSource source = service.source().build()) {
      ask(source, newest("db"));
    }
    assertThat(service.requests()).hasToString("[[db: Fault[damaged db]]]");
  }

  @Test
  void next_several_areMetInOrder() {
    service.next(Fault.reset(), Fault.status(500));
    service.next(Fault.notJson());
    try (HttpSource source = service.source().build()) {
      assertThatThrownBy(() -> ask(source, newest("my-secret")))
          .isExactlyInstanceOf(SecretUnavailableException.class);
      assertThatThrownBy(() -> ask(source, newest("my-secret")))
          .isExactlyInstanceOf(SecretUnavailableException.class);
      assertThat(service.unusedFaults()).containsExactly(Fault.notJson());
      assertThatThrownBy(() -> ask(source, newest("my-secret")))
          .isExactlyInstanceOf(SecretProtocolException.class);
    }
    assertThat(service.requests())
        .extracting(ReceivedRequest::toString)
        .containsExactly(
            "[my-secret: Fault[reset]]",
            "[my-secret: Fault[status 500]]",
            "[my-secret: Fault[not JSON]]");
  }

  @Test
  void next_ofAClient_isRiddenOut() {
    service.next(Fault.reset(), Fault.status(503));
    assertThat(read(service.client(), "secret://my-secret")).isEqualTo("some-value");
    assertThat(service.unusedFaults()).isEmpty();
  }

  @Test
  void next_leftOver_doesNotFailTheClosing() {
    service.next(Fault.silent());
    service.close();
    assertThat(service.unusedFaults()).containsExactly(Fault.silent());
  }

  @Test
  void next_malformedRequest_isMetToo() {
    service.next(Fault.status(429));
    try (HttpSource source = service.source().token(() -> "wrong").build()) {
      assertThatThrownBy(() -> ask(source, newest("my-secret")))
          .isExactlyInstanceOf(SecretUnavailableException.class);
    }
    assertThat(service.requests()).hasToString("[[nothing, wrong token: Fault[status 429]]]");
  }

  @Test
  void fail_untilRecover_staleValuesAreServedAndNewOnesAreNot() {
    SecretsClient client = service.client(options -> options.timeout(Duration.ofSeconds(1)));
    assertThat(read(client, "secret://my-secret")).isEqualTo("some-value");
    service.fail(Fault.status(503));
    service.put("db", "other-value");
    assertThat(read(client, "secret://my-secret")).isEqualTo("some-value");
    assertThatThrownBy(() -> read(client, "secret://db"))
        .isExactlyInstanceOf(SecretUnavailableException.class);
    service.recover();
    assertThat(read(service.client(), "secret://db")).isEqualTo("other-value");
  }

  @Test
  void fail_withFaultsScripted_theseComeFirst() {
    service.fail(Fault.status(503));
    service.next(Fault.notJson());
    try (HttpSource source = service.source().build()) {
      assertThatThrownBy(() -> ask(source, newest("my-secret")))
          .isExactlyInstanceOf(SecretProtocolException.class);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> ask(source, newest("my-secret")))
            .isExactlyInstanceOf(SecretUnavailableException.class);
      }
      service.recover();
      assertThat(ask(source, newest("my-secret"))).hasSize(1);
    }
  }

  @Test
  void faults_outOfRange_areRefused() {
    assertThatThrownBy(() -> Fault.status(200))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("A status of an error is 400 to 599, not 200.");
    assertThatThrownBy(() -> Fault.status(600, Duration.ZERO))
        .hasMessage("A status of an error is 400 to 599, not 600.");
    assertThatThrownBy(() -> Fault.status(503, Duration.ofMillis(1500)))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("Retry-After is in whole seconds, 0 or more, not PT1.5S.");
    assertThatThrownBy(() -> Fault.status(503, Duration.ofSeconds(-1)))
        .hasMessage("Retry-After is in whole seconds, 0 or more, not PT-1S.");
    assertThatThrownBy(() -> Fault.damaged("a_b"))
        .isExactlyInstanceOf(MalformedSecretException.class);
  }
}
