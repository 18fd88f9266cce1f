package dev.latchkey.testing.http;

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
            .addSubjectAlternativeName(FakeSecretService.HOST)
            .addSubjectAlternativeName("localhost")
            .build();
    HandshakeCertificates server =
        new HandshakeCertificates.Builder().heldCertificate(held).build();
    HandshakeCertificates client =
        new HandshakeCertificates.Builder().addTrustedCertificate(held.certificate()).build();
    return new Certificates(
        server.sslSocketFactory(), client.sslSocketFactory(), client.trustManager());
  }
}
