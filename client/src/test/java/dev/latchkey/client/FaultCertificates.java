package dev.latchkey.client;

import java.time.Duration;
import java.time.Instant;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/** Certificates of servers on this machine, and what the clients of the matrix trust of them. */
final class FaultCertificates {
  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("authority").build();

  static final HeldCertificate GOOD = certificate("127.0.0.1").signedBy(AUTHORITY).build();
  static final HeldCertificate OTHER_HOST =
      certificate("other.example").signedBy(AUTHORITY).build();
  static final HeldCertificate SELF_SIGNED = certificate("127.0.0.1").build();
  static final HeldCertificate EXPIRED = validFor(Duration.ofDays(-2), Duration.ofDays(-1));
  static final HeldCertificate NOT_YET_VALID = validFor(Duration.ofDays(1), Duration.ofDays(2));

  static final HandshakeCertificates TRUST =
      new HandshakeCertificates.Builder().addTrustedCertificate(AUTHORITY.certificate()).build();

  private FaultCertificates() {}

  private static HeldCertificate.Builder certificate(String host) {
    return new HeldCertificate.Builder().commonName(host).addSubjectAlternativeName(host);
  }

  private static HeldCertificate validFor(Duration from, Duration to) {
    long now = Instant.now().toEpochMilli();
    return certificate("127.0.0.1")
        .signedBy(AUTHORITY)
        .validityInterval(now + from.toMillis(), now + to.toMillis())
        .build();
  }
}
