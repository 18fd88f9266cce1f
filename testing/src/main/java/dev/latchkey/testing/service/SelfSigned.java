package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.SecretConfigurationException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;

/** The certificate of a service that nobody else vouches for, kept in its directory. */
final class SelfSigned {
  /** What clients trust, and what only the service has. */
  static final String CERTIFICATE = "certificate.pem";

  static final String CERTIFICATE_KEY = "certificate-key.pem";

  private static final Duration LIFE = Duration.ofDays(365);
  private static final Duration RENEWAL = Duration.ofDays(30);
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private SelfSigned() {}

  /**
   * Returns the certificate with its key, without a password.
   *
   * @throws SecretConfigurationException if what is kept is damaged
   */
  static KeyStore certificate(DataDirectory data, String host, Clock clock) {
    HeldCertificate held = kept(data);
    if (held == null || !isFor(held.certificate(), host, clock.instant().plus(RENEWAL))) {
      held = make(host, clock.instant());
      data.delete("", CERTIFICATE); // So that a key never stands beside another's certificate.
      data.write("", CERTIFICATE_KEY, held.privateKeyPkcs8Pem());
      data.write("", CERTIFICATE, held.certificatePem());
    }
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setKeyEntry(
          "service",
          held.keyPair().getPrivate(),
          new char[0],
          new Certificate[] {held.certificate()});
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("The certificate cannot be put to use.", e);
    }
  }

  private static HeldCertificate make(String host, Instant now) {
    return new HeldCertificate.Builder()
        .commonName("Latchkey on " + (host.length() > 50 ? "this machine" : host))
        .addSubjectAlternativeName(host)
        .addSubjectAlternativeName("localhost")
        .validityInterval(
            now.minus(Duration.ofHours(1)).toEpochMilli(), now.plus(LIFE).toEpochMilli())
        .build();
  }

  private static @Nullable HeldCertificate kept(DataDirectory data) {
    byte[] certificate = data.read("", CERTIFICATE);
    byte[] key = data.read("", CERTIFICATE_KEY);
    if (certificate == null || key == null) {
      return null;
    }
    try {
      return HeldCertificate.decode(new String(certificate, UTF_8) + new String(key, UTF_8));
    } catch (IllegalArgumentException e) {
      throw new SecretConfigurationException(
          data.root().resolve(CERTIFICATE) + " or " + CERTIFICATE_KEY + " is damaged.",
          "Delete both, and have clients trust the new certificate.");
    }
  }

  private static boolean isFor(X509Certificate certificate, String host, Instant until) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return certificate.getNotAfter().toInstant().isAfter(until)
          && names != null
          && names.stream()
              .anyMatch(
                  name ->
                      (name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
                          && host.equals(name.get(1)));
    } catch (CertificateParsingException e) {
      return false;
    }
  }
}
