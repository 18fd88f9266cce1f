package dev.latchkey.testing.http;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * Both ends of TLS with a certificate made for the occasion. No other class touches okhttp-tls, so
 * that a service in the clear does without it.
 *
 * @param server how the service accepts connections
 * @param client how a client that trusts it makes them
 * @param trust what such a client trusts: this certificate alone
 */
record Certificates(SSLSocketFactory server, SSLSocketFactory client, X509TrustManager trust) {
  static Certificates forLoopback() {
    HeldCertificate held =
        new HeldCertificate.Builder()
            .commonName("FakeSecretService")
            .addSubjectAlternativeName(WireFront.HOST)
            .addSubjectAlternativeName("localhost")
            .build();
    HandshakeCertificates server =
        new HandshakeCertificates.Builder().heldCertificate(held).build();
    HandshakeCertificates client =
        new HandshakeCertificates.Builder().addTrustedCertificate(held.certificate()).build();
    return new Certificates(
        server.sslSocketFactory(), client.sslSocketFactory(), client.trustManager());
  }

  /** Writes what the client trusts to a file that can be read without a password. */
  void writeTrustStore(Path file) {
    try (OutputStream out = Files.newOutputStream(file)) {
      KeyStore store = KeyStore.getInstance("JKS"); // Certificates in PKCS12 are encrypted.
      store.load(null, null);
      store.setCertificateEntry("fake-secret-service", trust.getAcceptedIssuers()[0]);
      store.store(out, "unused".toCharArray());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java runtime cannot write a trust store.", e);
    } catch (IOException e) {
      throw new UncheckedIOException("The trust store " + file + " cannot be written.", e);
    }
  }
}
