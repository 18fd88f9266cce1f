package dev.latchkey.client.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.Canary;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessTokensTest extends ProcessTokensTests {
  private ProcessToken minted() throws Exception {
    answer(200, MINTED);
    ProcessToken token = mint();
    RecordedRequest unused = server.takeRequest();
    return token;
  }

  @Test
  void mint_sendsWhatTheTokenIsForAndTheKey() throws Exception {
    answer(200, MINTED);
    ProcessToken token;
    try (ProcessTokens tokens = builder().build()) {
      token = tokens.mint(ProcessRole.FLOW, "a \"b\" \\ ü", NAMES, Duration.ofSeconds(60));
      assertThat(tokens).hasToString("ProcessTokens[" + origin() + ", project=shop]");
    }

    assertThat(token.reveal()).isEqualTo("lkp_hunter2");
    assertThat(token.id()).isEqualTo("4-a");
    assertThat(token.expiresAt()).isEqualTo(Instant.parse("2026-03-01T12:00:00Z"));
    assertThat(token).hasToString("ProcessToken[4-a, expires 2026-03-01T12:00:00Z]");
    RecordedRequest request = server.takeRequest();
    assertThat(request.getRequestLine())
        .isEqualTo("POST /base/v1/projects/shop/process-tokens HTTP/1.1");
    assertThat(request.getHeaders().get("Authorization")).isEqualTo(BASIC);
    assertThat(request.getHeaders().get("Content-Type")).startsWith("application/json");
    assertThat(request.getHeaders().get("Accept-Encoding")).isEqualTo("identity");
    assertThat(request.getBody().utf8())
        .isEqualTo(
            "{\"role\":\"flow\",\"app\":\"a \\\"b\\\" \\\\ ü\",\"secrets\":[\"db\",\"my-secret\"],"
                + "\"ttlSeconds\":60}");
  }

  @Test
  void renew_sendsTheTimeAndReturnsTheEnd() throws Exception {
    ProcessToken token = minted();
    answer(200, "{\"id\":\"4-a\",\"expiresAt\":\"2026-03-02T12:00:00.5Z\",\"more\":{\"x\":[1]}}");
    try (ProcessTokens tokens = builder().build()) {
      assertThat(tokens.renew(token, DAY)).isEqualTo(Instant.parse("2026-03-02T12:00:00.5Z"));
    }

    RecordedRequest request = server.takeRequest();
    assertThat(request.getRequestLine())
        .isEqualTo("PUT /base/v1/projects/shop/process-tokens/4-a HTTP/1.1");
    assertThat(request.getHeaders().get("Authorization")).isEqualTo(BASIC);
    assertThat(request.getBody().utf8()).isEqualTo("{\"ttlSeconds\":86400}");
  }

  @Test
  void renew_tokenNotInForce_isNotFound() throws Exception {
    ProcessToken token = minted();
    answer(404, "");
    try (ProcessTokens tokens = builder().build()) {
      assertThatThrownBy(() -> tokens.renew(token, DAY))
          .isInstanceOf(SecretNotFoundException.class)
          .hasMessage(
              "The process token 4-a is not in force at "
                  + origin()
                  + ". It was revoked, or has expired: start the process anew.");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id\":\"4-b\",\"expiresAt\":\"2026-03-02T12:00:00Z\"}|it is about another token",
        "{\"expiresAt\":\"2026-03-02T12:00:00Z\"}|it is about another token",
        "{\"id\":\"4-a\"}|it has no time of RFC 3339 at which the token expires",
      })
  void renew_malformedAnswer_saysWhatIsWrong(String body, String problem) throws Exception {
    ProcessToken token = minted();
    answer(200, body);
    try (ProcessTokens tokens = builder().build()) {
      assertThatThrownBy(() -> tokens.renew(token, DAY))
          .isInstanceOf(SecretProtocolException.class)
          .hasMessage(
              "The answer of " + origin() + " is not valid: " + problem + "." + CHECK_SOURCE);
    }
  }

  @Test
  void revoke_sendsDeleteWithoutBody() throws Exception {
    ProcessToken token = minted();
    answer(200, "{}");
    try (ProcessTokens tokens = builder().build()) {
      tokens.revoke(token);
    }

    RecordedRequest request = server.takeRequest();
    assertThat(request.getRequestLine())
        .isEqualTo("DELETE /base/v1/projects/shop/process-tokens/4-a HTTP/1.1");
    assertThat(request.getHeaders().get("Authorization")).isEqualTo(BASIC);
    assertThat(request.getBodySize()).isZero();
  }

  @Test
  void revoke_tokenNotInForce_isNoFailure() throws Exception {
    ProcessToken token = minted();
    answer(404, "");
    try (ProcessTokens tokens = builder().build()) {
      tokens.revoke(token);
    }
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void revoke_serviceDoesNotAnswer_endsInTime() throws Exception {
    ProcessToken token = minted();
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    try (ProcessTokens tokens = builder().timeouts(DAY, Duration.ofMillis(500)).build()) {
      assertThatThrownBy(() -> tokens.revoke(token))
          .isInstanceOf(SecretUnavailableException.class)
          .hasMessage(origin() + " did not answer within 500 ms. Try again later.");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\nb", "a\u202eb", "\ud800", "TOO_LONG"})
  void mint_appThatIsNoName_isRefused(String text) {
    String app = text.equals("TOO_LONG") ? "a".repeat(129) : text;
    try (ProcessTokens tokens = builder().build()) {
      assertThatThrownBy(() -> tokens.mint(ProcessRole.WORK, app, NAMES, DAY))
          .isInstanceOf(SecretConfigurationException.class)
          .hasMessage(
              "The app's name is not 1 to 128 printable characters. Give it another: it is what the"
                  + " service calls the process by.");
    }
  }

  @Test
  void mint_tooFewOrTooManySecrets_isRefused() {
    Set<SecretName> many = new TreeSet<>();
    IntStream.rangeClosed(0, 1000).forEach(i -> many.add(SecretName.parse("s" + i)));
    try (ProcessTokens tokens = builder().build()) {
      for (Set<SecretName> names : List.of(many, Set.<SecretName>of())) {
        assertThatThrownBy(() -> tokens.mint(ProcessRole.WORK, "a", names, DAY))
            .isInstanceOf(SecretConfigurationException.class)
            .hasMessage(
                "A process token is for 1 to 1000 secrets, not "
                    + names.size()
                    + ". Bind fewer, or at least one.");
      }
    }
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void mint_ttlOutOfBounds_isRefused() {
    try (ProcessTokens tokens = builder().build()) {
      for (Duration ttl : List.of(Duration.ofMillis(999), Duration.ofDays(30).plusMillis(1))) {
        assertThatThrownBy(() -> tokens.mint(ProcessRole.WORK, "a", NAMES, ttl))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void build_projectOrKeyMissing_saysWhatToSet() {
    URI base = URI.create("https://s.example.com");
    assertThatThrownBy(() -> ProcessTokens.builder(base).adminKeyFile(file).build())
        .hasMessage("The project of the secrets is missing. Set LATCHKEY_PROJECT.");
    assertThatThrownBy(() -> ProcessTokens.builder(base).project("p").build())
        .hasMessage(
            "The admin key for the secrets service is missing. Set LATCHKEY_ADMIN_KEY_FILE.");
    assertThatThrownBy(() -> ProcessTokens.builder(URI.create("http://s.example.com")))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageStartingWith("The address of the secrets service is not https");
  }

  @Test
  void mint_https_trustsTheCaFile() throws Exception {
    HeldCertificate certificate =
        new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    var own = new HandshakeCertificates.Builder().heldCertificate(certificate).build();
    Path pem = Files.writeString(directory.resolve("ca.pem"), certificate.certificatePem());
    try (MockWebServer secure = LoopbackServer.unstarted()) {
      secure.useHttps(own.sslSocketFactory());
      secure.start();
      secure.enqueue(new MockResponse.Builder().body(MINTED).build());
      ProcessTokens.Builder builder =
          ProcessTokens.builder(secure.url("/").uri()).project("shop").adminKeyFile(file);
      try (ProcessTokens tokens = builder.build()) {
        assertThatThrownBy(() -> tokens.mint(ProcessRole.WORK, "a", NAMES, DAY))
            .isInstanceOf(SecretProtocolException.class)
            .hasMessageContaining("LATCHKEY_CA_FILE");
      }
      try (ProcessTokens tokens = builder.trust(pem).build()) {
        assertThat(tokens.mint(ProcessRole.WORK, "a", NAMES, DAY).id()).isEqualTo("4-a");
      }
    }
  }

  @Test
  void toString_neverShowsKeyTokenOrWhatStandsForTheFile() throws Exception {
    var key = new Canary(API_KEY.getBytes(UTF_8));
    var token = new Canary("lkp_hunter2".getBytes(UTF_8));
    try (ProcessTokens tokens = builder().adminKeyFile(Path.of("admin:" + API_KEY)).build()) {
      Throwable thrown = catchThrowable(() -> tokens.mint(ProcessRole.WORK, "a", NAMES, DAY));
      assertThat(key.isIn(thrown)).isFalse();
      assertThat(key.isIn(tokens.toString())).isFalse();
    }
    var credential = new AdminKeyFile(file);
    assertThat(key.isIn(credential.toString())).isFalse();
    assertThat(key.isIn(credential.current().header())).isTrue();
    assertThat(token.isIn(minted().toString())).isFalse();
    assertThat(token.isIn(minted().reveal())).isTrue();
  }
}
