package dev.latchkey.client.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificates a source trusts by {@code LATCHKEY_CA_FILE}. */
class CaFileTest {
  private static final FetchRequest ONE =
      FetchRequest.of(
          List.of(CiphertextQuery.newest(SecretName.parse("db"))), Duration.ofSeconds(20));
  private static final String REMEDY =
      " Set LATCHKEY_CA_FILE to a PEM file with the certificates to trust, each from"
          + " -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.";

  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("authority").build();
  private static final HeldCertificate OTHER =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("other").build();
  private static final HeldCertificate ISSUED =
      certificate("localhost").signedBy(AUTHORITY).build();
  private static final HeldCertificate SELF_SIGNED = certificate("localhost").build();

  @TempDir private Path directory;
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
    server.enqueue(
        new MockResponse.Builder()
            .body("{\"secrets\":[{\"name\":\"db\",\"status\":\"not_found\"}]}")
            .build());
  }

  private Path file(String text) throws Exception {
    return Files.writeString(directory.resolve("ca.pem"), text);
  }

  private HttpSource.Builder source() {
    return HttpSource.builder(URI.create(origin())).project("shop").token(() -> "token");
  }

  private String origin() {
    return "https://localhost:" + (server.getStarted() ? server.getPort() : 1);
  }

  @Test
  void fetch_certificateOfAuthorityInTheFile_answers() throws Exception {
    serve(ISSUED);
    Path file =
        file("# ours\n" + OTHER.certificatePem() + "\n\n" + AUTHORITY.certificatePem() + "\nend");
    try (HttpSource source = source().trust(file).build()) {
      assertThat(source.fetch(ONE)).hasSize(1);
    }
  }

  @Test
  void fetch_selfSignedCertificateInTheFile_answers() throws Exception {
    serve(SELF_SIGNED);
    Path file = file(SELF_SIGNED.certificatePem().replace("\n", "\r\n"));
    try (HttpSource source = source().trust(file).build()) {
      assertThat(source.fetch(ONE)).hasSize(1);
    }
  }

  @Test
  void fetch_certificateOfAnotherAuthority_isNotTrustedAndNamesTheSetting() throws Exception {
    serve(ISSUED);
    try (HttpSource source = source().trust(file(OTHER.certificatePem())).build()) {
      assertThatThrownBy(() -> source.fetch(ONE))
          .isExactlyInstanceOf(SecretProtocolException.class)
          .hasMessage(
              "TLS: the certificate of "
                  + origin()
                  + " is not trusted: no known authority issued it. Set LATCHKEY_CA_FILE to a PEM"
                  + " file with the authority's certificate; where it is not set, the trust store"
                  + " of this Java runtime counts.")
          .hasNoCause();
    }
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void fetch_trustedCertificateOfAnotherHost_isRefused() throws Exception {
    HeldCertificate elsewhere = certificate("example.com").signedBy(AUTHORITY).build();
    serve(elsewhere);
    try (HttpSource source = source().trust(file(AUTHORITY.certificatePem())).build()) {
      assertThatThrownBy(() -> source.fetch(ONE))
          .isExactlyInstanceOf(SecretProtocolException.class)
          .hasMessageContaining(" is for another host.");
    }
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void trust_tlsSetEarlierOrLater_theLaterCounts() throws Exception {
    serve(ISSUED);
    var other =
        new HandshakeCertificates.Builder().addTrustedCertificate(OTHER.certificate()).build();
    Path file = file(AUTHORITY.certificatePem());
    HttpSource.Builder builder = source().tls(other.sslSocketFactory(), other.trustManager());
    try (HttpSource source = builder.trust(file).build()) {
      assertThat(source.fetch(ONE)).hasSize(1);
    }
    builder = source().trust(file).tls(other.sslSocketFactory(), other.trustManager());
    try (HttpSource source = builder.build()) {
      assertThatThrownBy(() -> source.fetch(ONE)).hasMessageContaining(" is not trusted: ");
    }
  }

  @Test
  void build_fileMissingOrUnreadable_saysSo() {
    String remedy = " Check LATCHKEY_CA_FILE, and that this process may read the file.";
    // A path that is none is not repeated: it may be what should have been in the file.
    assertRefused(directory.resolve("hunter2"), "The CA file does not exist." + remedy);
    assertRefused(directory, "The CA file " + directory + " cannot be read." + remedy);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "hunter2", "-----BEGIN"})
  void build_fileWithoutCertificate_saysSo(String text) throws Exception {
    Path file = file(text);
    assertRefused(file, "The CA file " + file + " has no certificate in PEM." + REMEDY);
  }

  @Test
  void build_fileWithAPrivateKey_isRefused() throws Exception {
    Path file = file(SELF_SIGNED.certificatePem() + SELF_SIGNED.privateKeyPkcs8Pem());
    assertRefused(
        file, "The CA file " + file + " has something else in it than certificates." + REMEDY);
  }

  @Test
  void build_damagedCertificate_saysSo() throws Exception {
    String good = SELF_SIGNED.certificatePem();
    String begin = "-----BEGIN CERTIFICATE-----\n";
    for (String bad :
        List.of(
            good.substring(0, good.length() / 2),
            begin + "hunter2\n-----END CERTIFICATE-----\n",
            begin + "-----END CERTIFICATE-----\n",
            begin,
            begin + good)) {
      Path file = file(AUTHORITY.certificatePem() + bad);
      assertRefused(
          file, "The CA file " + file + " has a certificate in it that cannot be read." + REMEDY);
    }
  }

  @Test
  void build_fileTooLarge_isRefused() throws Exception {
    Path file = file(SELF_SIGNED.certificatePem() + "x".repeat(1 << 20));
    assertRefused(file, "The CA file " + file + " is over 1048576 bytes." + REMEDY);
  }

  private void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> source().trust(file).build())
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(message)
        .hasNoCause();
  }
}
