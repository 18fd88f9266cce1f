package dev.latchkey.client.source;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSourceTlsTest {
  private static final FetchRequest ONE =
      FetchRequest.of(
          List.of(CiphertextQuery.newest(SecretName.parse("db"))), Duration.ofSeconds(20));

  private final MockWebServer server = LoopbackServer.unstarted();

  @AfterEach
  void stop() {
    server.close();
  }

  private static HeldCertificate.Builder certificate(String host) {
    return new HeldCertificate.Builder().commonName(host).addSubjectAlternativeName(host);
  }

  private void serve(HeldCertificate certificate) throws Exception {
    var own = new HandshakeCertificates.Builder().heldCertificate(certificate).build();
    server.useHttps(own.sslSocketFactory());
    server.start();
  }

  private static MockResponse.Builder answer() {
    return new MockResponse.Builder()
        .body("{\"secrets\":[{\"name\":\"db\",\"status\":\"not_found\"}]}");
  }

  private String origin() {
    return "https://localhost:" + server.getPort();
  }

  private HttpSource.Builder source() {
    return HttpSource.builder(URI.create(origin())).project("shop").token(() -> "token");
  }

  private HttpSource trusting(HeldCertificate certificate) {
    var trust =
        new HandshakeCertificates.Builder()
            .addTrustedCertificate(certificate.certificate())
            .build();
    return source().tls(trust.sslSocketFactory(), trust.trustManager()).build();
  }

  @Test
  void fetch_trustedCertificate_answers() throws Exception {
    HeldCertificate certificate = certificate("localhost").build();
    serve(certificate);
    server.enqueue(answer().build());
    try (HttpSource source = trusting(certificate)) {
      assertThat(source.fetch(ONE)).hasSize(1);
    }
    RecordedRequest request = server.takeRequest();
    assertThat(request.getHandshake()).isNotNull();
    assertThat(request.getRequestLine()).endsWith(" HTTP/2");
  }

  @Test
  void fetch_serviceWithoutHttp2_answers() throws Exception {
    HeldCertificate certificate = certificate("localhost").build();
    server.setProtocols(List.of(Protocol.HTTP_1_1));
    serve(certificate);
    server.enqueue(answer().build());
    try (HttpSource source = trusting(certificate)) {
      assertThat(source.fetch(ONE)).hasSize(1);
    }
    assertThat(server.takeRequest().getRequestLine()).endsWith(" HTTP/1.1");
  }

  /** PROTOCOL_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM of RFC 9113. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 11})
  void fetch_streamReset_isBrokenConnection(int errorCode) throws Exception {
    var reset = new SocketEffect.CloseStream(errorCode);
    assertBroken(new MockResponse.Builder().onResponseStart(reset).build());
  }

  @Test
  void fetch_streamResetAmidAnswer_isBrokenConnection() throws Exception {
    assertBroken(answer().onResponseBody(new SocketEffect.CloseStream(2)).build());
  }

  @Test
  void fetch_connectionClosedUnanswered_isBrokenConnection() throws Exception {
    assertBroken(answer().onResponseStart(new SocketEffect.CloseSocket()).build());
  }

  private void assertBroken(MockResponse response) throws Exception {
    HeldCertificate certificate = certificate("localhost").build();
    serve(certificate);
    // What breaks before an answer may be sent again, over a new connection or to another address.
    for (int i = 0; i < 8; i++) {
      server.enqueue(response);
    }
    try (HttpSource source = trusting(certificate)) {
      assertThatThrownBy(() -> source.fetch(ONE))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage(
              "The connection to "
                  + origin()
                  + " broke before the answer was complete. Try again later.")
          .hasNoCause();
    }
    assertThat(server.takeRequest().getRequestLine()).endsWith(" HTTP/2");
  }

  @Test
  void fetch_serviceGoesAwayUnanswered_endsAtDeadline() throws Exception {
    HeldCertificate certificate = certificate("localhost").build();
    serve(certificate);
    server.enqueue(answer().build());
    server.enqueue(
        new MockResponse.Builder()
            .onResponseStart(SocketEffect.ShutdownConnection.INSTANCE)
            .build());
    try (HttpSource source = trusting(certificate)) {
      source.fetch(ONE);
      var brief = FetchRequest.of(ONE.queries(), Duration.ofMillis(300));
      assertThatThrownBy(() -> source.fetch(brief))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage(origin() + " did not answer within 300 ms. Try again later.")
          .hasNoCause();
    }
  }

  @Test
  void fetch_serviceWentAwayAfterAnswer_connectsAnew() throws Exception {
    HeldCertificate certificate = certificate("localhost").build();
    serve(certificate);
    server.enqueue(answer().onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE).build());
    server.enqueue(answer().build());
    try (HttpSource source = trusting(certificate)) {
      assertThat(source.fetch(ONE)).hasSize(1);
      assertThat(source.fetch(ONE)).hasSize(1);
    }
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void fetch_misdirected_isNotSentAgain() throws Exception {
    HeldCertificate certificate = certificate("localhost").build();
    serve(certificate);
    server.enqueue(new MockResponse.Builder().code(421).build());
    try (HttpSource source = trusting(certificate)) {
      assertThatThrownBy(() -> source.fetch(ONE)).isInstanceOf(SecretProtocolException.class);
    }
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  /** Two parts of a request that wait for one another's acknowledgement are slow to arrive. */
  @Test
  void createSocket_forAConnection_sendsAtOnce() throws Exception {
    try (Socket socket = new NoDelaySockets().createSocket()) {
      assertThat(socket.getTcpNoDelay()).isTrue();
    }
  }

  @Test
  void fetch_unknownAuthority_isNotTrusted() throws Exception {
    serve(certificate("localhost").build());
    try (HttpSource source = source().build()) {
      assertThatThrownBy(() -> source.fetch(ONE))
          .isExactlyInstanceOf(SecretProtocolException.class)
          .hasMessage(
              "TLS: the certificate of "
                  + origin()
                  + " is not trusted: no known authority issued it."
                  + " Set LATCHKEY_CA_FILE to a PEM file with the authority's certificate; where it is not"
                  + " set, the trust store of this Java runtime counts.")
          .hasNoCause();
    }
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void fetch_certificateOfOtherHost_isRefused() throws Exception {
    HeldCertificate certificate = certificate("example.com").build();
    serve(certificate);
    try (HttpSource source = trusting(certificate)) {
      assertThatThrownBy(() -> source.fetch(ONE))
          .isExactlyInstanceOf(SecretProtocolException.class)
          .hasMessage(
              "TLS: the certificate of "
                  + origin()
                  + " is for another host."
                  + " Check the host in LATCHKEY_SOURCE, or give the service a certificate for it.")
          .hasNoCause();
    }
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void fetch_expiredCertificate_saysSo() throws Exception {
    HeldCertificate authority =
        new HeldCertificate.Builder().certificateAuthority(0).commonName("ca").build();
    HeldCertificate certificate =
        certificate("localhost").signedBy(authority).validityInterval(0, 1_000_000).build();
    serve(certificate);
    try (HttpSource source = trusting(authority)) {
      assertThatThrownBy(() -> source.fetch(ONE))
          .isExactlyInstanceOf(SecretProtocolException.class)
          .hasMessage(
              "TLS: the certificate of "
                  + origin()
                  + " has expired or is not valid yet."
                  + " Renew it, and check the clock of this machine.");
    }
  }

  @Test
  void fetch_serviceWithoutTls_saysSo() throws Exception {
    try (var plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var served = CompletableFuture.runAsync(() -> answerInTheClear(plain));
      String origin =
          "https://" + plain.getInetAddress().getHostAddress() + ":" + plain.getLocalPort();
      try (HttpSource source =
          HttpSource.builder(URI.create(origin)).project("shop").token(() -> "token").build()) {
        assertThatThrownBy(() -> source.fetch(ONE))
            .isExactlyInstanceOf(SecretUnavailableException.class)
            .hasMessage(
                "TLS: no secure connection to "
                    + origin
                    + " could be made. Check that the service speaks TLS 1.2 or 1.3 at that port.")
            .hasNoCause();
      }
      served.get(20, TimeUnit.SECONDS);
    }
  }

  private static void answerInTheClear(ServerSocket plain) {
    try (Socket socket = plain.accept()) {
      socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
      // Closing with bytes unread would reset the connection, and the answer might be lost.
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
