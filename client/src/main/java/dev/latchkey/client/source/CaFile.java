package dev.latchkey.client.source;

import dev.latchkey.SecretConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What a PEM file has trusted: the certificates in it, and those that they issued, and no other.
 * Immutable and thread-safe.
 */
record CaFile(SSLSocketFactory sockets, X509TrustManager trust) {
  private static final int MAX_BYTES = 1 << 20;
  private static final String BEGIN = "-----BEGIN ";
  private static final String BEGIN_CERTIFICATE = "-----BEGIN CERTIFICATE-----";

  /**
   * Reads a file.
   *
   * @throws SecretConfigurationException if it is not there, or is not certificates in PEM alone
   */
  static CaFile read(Path file) {
    Collection<? extends Certificate> certificates = certificates(file, bytes(file));
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : certificates) {
        store.setCertificateEntry("ca-" + number++, certificate);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      X509TrustManager trust = x509(factory.getTrustManagers());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trust}, null);
      return new CaFile(context.getSocketFactory(), trust);
    } catch (GeneralSecurityException | IOException e) {
      throw new SecretConfigurationException(
          "This Java runtime cannot use the certificates in the CA file" + named(file) + ".",
          "Check its security settings: it has to speak TLS.");
    }
  }

  private static X509TrustManager x509(TrustManager[] managers) throws GeneralSecurityException {
    for (TrustManager manager : managers) {
      if (manager instanceof X509TrustManager found) {
        return found;
      }
    }
    throw new GeneralSecurityException();
  }

  private static byte[] bytes(Path file) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new SecretConfigurationException(
          Files.exists(file)
              ? "The CA file " + file + " cannot be read."
              : "The CA file does not exist.",
          "Check LATCHKEY_CA_FILE, and that this process may read the file.");
    }
    if (bytes.length > MAX_BYTES) {
      throw malformed(file, "is over " + MAX_BYTES + " bytes");
    }
    return bytes;
  }

  private static Collection<? extends Certificate> certificates(Path file, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int blocks = count(text, BEGIN);
    if (blocks == 0) {
      throw malformed(file, "has no certificate in PEM");
    }
    // The JDK stops at some things in silence, and then a certificate would not count.
    if (blocks > count(text, BEGIN_CERTIFICATE)) {
      throw malformed(file, "has something else in it than certificates");
    }
    try {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes));
      if (certificates.size() == blocks) {
        return certificates;
      }
    } catch (CertificateException e) {
      // Told below: the JDK's message may quote the file.
    }
    throw malformed(file, "has a certificate in it that cannot be read");
  }

  private static int count(String text, String part) {
    int count = 0;
    for (int i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + part.length())) {
      count++;
    }
    return count;
  }

  private static SecretConfigurationException malformed(Path file, String problem) {
    return new SecretConfigurationException(
        "The CA file" + named(file) + " " + problem + ".",
        "Set LATCHKEY_CA_FILE to a PEM file with the certificates to trust, each from"
            + " -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.");
  }

  private static String named(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? " " + file : "";
  }
}
