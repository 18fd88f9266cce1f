package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretConfigurationException;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {
  @TempDir Path directory;

  private LocalSecretsService.Builder builder() {
    return LocalSecretsService.builder(directory).admin(Desk.ADMIN).tlsSelfSigned();
  }

  private X509Certificate certificate() throws Exception {
    try (InputStream in = Files.newInputStream(directory.resolve("certificate.pem"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private SSLContext context() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("service", certificate());
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private HttpClient trusting() throws Exception {
    return HttpClient.newBuilder().sslContext(context()).build();
  }

  private static HttpRequest request(URI address, String path) {
    return HttpRequest.newBuilder(URI.create(address + path))
        .header("Authorization", Desk.ADMIN.basic())
        .build();
  }

  @Test
  void service_speaksTlsToThoseWhoTrustItsCertificate() throws Exception {
    try (LocalSecretsService service = builder().start()) {
      URI address = service.address();
      assertThat(address.getScheme()).isEqualTo("https");

      HttpResponse<String> answer =
          trusting().send(request(address, "/v1/memberships"), BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThatThrownBy(
              () ->
                  HttpClient.newHttpClient()
                      .send(request(address, "/v1/memberships"), BodyHandlers.ofString()))
          .isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void requestThatWaitsLonger_thanAConnectionMayIdle_isAnswered() throws Exception {
    Limits limits =
        new Limits(2 << 20, 16 << 10, Duration.ofSeconds(10), Duration.ofMillis(200), 9);
    try (LocalSecretsService service = builder().projects("shop").limits(limits).start()) {
      HttpClient client = trusting();
      String base = service.address() + "/v1/projects/shop/";
      post(client, base + "secrets", Desk.ADMIN.basic(), "{\"name\":\"a\",\"value\":\"v\"}");
      String minted =
          post(
              client,
              base + "process-tokens",
              Desk.ADMIN.basic(),
              "{\"role\":\"work\",\"app\":\"a\",\"secrets\":[\"a\"],\"ttlSeconds\":60}");
      String token = minted.replaceAll(".*\"token\":\"([^\"]+)\".*", "$1");

      String answer =
          post(
              client,
              base + "ciphertexts",
              "Bearer " + token,
              "{\"secrets\":[{\"name\":\"a\",\"knownVersion\":1}],\"waitSeconds\":2}");

      assertThat(answer).contains("\"unchanged\"");
    }
  }

  private static String post(HttpClient client, String uri, String authorization, String body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(uri))
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  @Test
  void cookie_isForTlsAlone() throws Exception {
    try (LocalSecretsService service = builder().start()) {
      String code = service.loginLink().getFragment().substring("code=".length());
      HttpRequest login =
          HttpRequest.newBuilder(URI.create(service.address() + "/v1/session"))
              .header("Content-Type", "application/json")
              .header("Origin", service.address().toString())
              .POST(HttpRequest.BodyPublishers.ofString("{\"code\":\"" + code + "\"}"))
              .build();
      HttpResponse<String> answer = trusting().send(login, BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
          .startsWith("__Host-latchkey-")
          .contains("; Secure");
    }
  }

  @Test
  void certificate_isKeptUntilItIsAboutToExpire() throws Exception {
    builder().start().close();
    X509Certificate first = certificate();
    builder().start().close();
    assertThat(certificate()).isEqualTo(first);

    Instant late = first.getNotAfter().toInstant().minus(Duration.ofDays(30));
    builder().clock(Clock.fixed(late, ZoneOffset.UTC)).start().close();

    assertThat(certificate()).isNotEqualTo(first);
    assertThat(certificate().getNotAfter().toInstant()).isAfter(late.plus(Duration.ofDays(300)));
  }

  @Test
  void certificate_thatIsDamaged_isAnError() throws Exception {
    builder().start().close();
    Files.writeString(directory.resolve("certificate.pem"), "-----BEGIN CERTIFICATE-----");

    assertThatThrownBy(() -> builder().start())
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageContaining("certificate.pem")
        .hasMessageContaining("Delete both");
  }

  @Test
  void exposed_isListenedAtItsAddressAndAnsweredUnderItsNameAlone() throws Exception {
    try (LocalSecretsService service = builder().exposeTo("LOCALHOST").start()) {
      URI address = service.address();
      assertThat(address.getHost()).isEqualTo("localhost");
      HttpClient client = trusting();
      assertThat(
              client
                  .send(request(address, "/v1/memberships"), BodyHandlers.ofString())
                  .statusCode())
          .isEqualTo(200);
      assertThat(certificate().getSubjectAlternativeNames()).anyMatch(n -> n.contains("localhost"));
      assertThat(statusUnder("localhost", address)).startsWith("HTTP/1.1 200 ");
      assertThat(statusUnder("127.0.0.1", address)).startsWith("HTTP/1.1 403 ");
    }
  }

  /** Returns the first line of the answer when the service is asked for by a name. */
  private String statusUnder(String name, URI address) throws Exception {
    try (Socket socket =
        context().getSocketFactory().createSocket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(30_000);
      String request =
          "GET /v1/memberships HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: %s\r\n\r\n"
              .formatted(name, address.getPort(), Desk.ADMIN.basic());
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))
          .readLine();
    }
  }

  @Test
  void exposed_withoutTls_isAnError() {
    assertThatThrownBy(() -> LocalSecretsService.builder(directory).exposeTo("localhost").start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Other machines are not let in without TLS. Call tlsSelfSigned().");
    assertThat(directory).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "0.0",
        "0.0.0.0",
        "00.0.0.0",
        "1.2.3",
        "::",
        "-x",
        "a..b",
        "a.",
        "*",
        "a b",
        "http://a",
        "a/b",
        "a:1"
      })
  void exposed_asNoHost_isAnError(String host) {
    assertThatThrownBy(() -> builder().exposeTo(host)).isInstanceOf(IllegalArgumentException.class);
  }
}
