package dev.latchkey.testing.http;

import static dev.latchkey.testing.http.Asking.ask;
import static dev.latchkey.testing.http.Asking.newest;
import static dev.latchkey.testing.http.Asking.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.ClientSettings;
import dev.latchkey.client.SecretsClient;
import dev.latchkey.client.source.HttpSource;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
  private final FakeSecretService service = FakeSecretService.builder().tls().start();

  @AfterEach
  void close() {
    service.close();
  }

  @Test
  void client_ofTheService_trustsIt() {
    service.put("my-secret", "some-value");
    assertThat(service.address()).hasScheme("https");
    assertThat(read(service.client(), "secret://my-secret")).isEqualTo("some-value");
    service.next(Fault.reset(), Fault.truncated());
    assertThat(read(service.client(), "secret://my-secret")).isEqualTo("some-value");
    assertThat(service.unusedFaults()).isEmpty();
  }

  @Test
  void client_withoutTrust_sendsNothing() {
    try (SecretsClient client = ClientSettings.of(service.settings()).connect()) {
      assertThatThrownBy(() -> read(client, "secret://my-secret"))
          .isExactlyInstanceOf(SecretProtocolException.class)
          .hasMessage(
              "TLS: the certificate of "
                  + service.address()
                  + " is not trusted: no known authority issued it."
                  + " Set LATCHKEY_CA_FILE to a PEM file with the authority's certificate; where it is not"
                  + " set, the trust store of this Java runtime counts.");
    }
    assertThat(service.requests()).isEmpty();
  }

  @Test
  void client_thatTrustsAnother_sendsNothing() throws Exception {
    try (FakeSecretService other = FakeSecretService.builder().tls().start();
        HttpSource source =
            service
                .source()
                .tls(context(other.trustManager()).getSocketFactory(), other.trustManager())
                .build()) {
      assertThatThrownBy(() -> ask(source, newest("my-secret")))
          .isExactlyInstanceOf(SecretProtocolException.class);
    }
    assertThat(service.requests()).isEmpty();
  }

  @Test
  void trustManager_letsAnyClientIn() throws Exception {
    HttpClient http = HttpClient.newBuilder().sslContext(context(service.trustManager())).build();
    for (String host : new String[] {"127.0.0.1", "localhost"}) {
      URI address = URI.create("https://" + host + ":" + service.address().getPort());
      HttpRequest request = HttpRequest.newBuilder(address).build();
      assertThat(http.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(404);
    }
  }

  private static SSLContext context(TrustManager trust) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {trust}, new SecureRandom());
    return context;
  }

  @Test
  void service_inTheClear_hasNothingToTrust(@TempDir Path directory) {
    try (FakeSecretService plain = FakeSecretService.start()) {
      String message = "The service has no certificate. Make it with builder().tls().";
      assertThatThrownBy(plain::trustManager)
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage(message);
      assertThatThrownBy(() -> plain.writeTrustStore(directory.resolve("trust")))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage(message);
    }
  }

  @Test
  void trustStore_thatCannotBeWritten_isToldByName(@TempDir Path directory) {
    Path file = directory.resolve("none").resolve("trust");
    assertThatThrownBy(() -> service.writeTrustStore(file))
        .isExactlyInstanceOf(UncheckedIOException.class)
        .hasMessage("The trust store " + file + " cannot be written.");
  }

  @Test
  void close_endsIt() {
    try (HttpSource source = service.source().build()) {
      service.close();
      assertThatThrownBy(() -> ask(source, newest("my-secret")))
          .isExactlyInstanceOf(SecretUnavailableException.class);
    }
  }
}
