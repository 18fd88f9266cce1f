package dev.latchkey.client.tink;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KmsClient;
import com.google.crypto.tink.KmsClients;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretUnavailableException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Finds the key of a key service by its URI. Messages hold the URI's scheme alone. */
final class KeyService {
  private KeyService() {}

  static Aead find(String kmsUri) {
    try {
      KmsClient client = client(kmsUri);
      if (client != null) {
        return client.getAead(kmsUri);
      }
    } catch (GeneralSecurityException | RuntimeException | ServiceConfigurationError e) {
      throw new SecretConfigurationException(
          "The client of the key service " + scheme(kmsUri) + " could not be made.",
          "Check LATCHKEY_KEYSET_KMS_URI, and the service's credentials in this process.");
    }
    throw new SecretConfigurationException(
        "No client for the key service " + scheme(kmsUri) + " is on the class path.",
        "Check LATCHKEY_KEYSET_KMS_URI, and add the Tink extension of that service.");
  }

  private static @Nullable KmsClient client(String kmsUri) throws GeneralSecurityException {
    KmsClient added = added(kmsUri);
    if (added != null) {
      return added;
    }
    for (KmsClient client :
        ServiceLoader.load(KmsClient.class, KeyService.class.getClassLoader())) {
      if (client.doesSupport(kmsUri)) {
        return client.withDefaultCredentials();
      }
    }
    return null;
  }

  private static @Nullable KmsClient added(String kmsUri) {
    try {
      return KmsClients.get(kmsUri);
    } catch (GeneralSecurityException e) {
      return null;
    }
  }

  static SecretUnavailableException failed(String kmsUri) {
    return new SecretUnavailableException(
        "The key service " + scheme(kmsUri) + " did not encrypt or decrypt the keyset.",
        "Check that it can be reached, that LATCHKEY_KEYSET_KMS_URI names the key that the keyset"
            + " is encrypted with, and that this process may use that key.");
  }

  private static String scheme(String kmsUri) {
    int end = kmsUri.indexOf("://");
    String scheme = end < 0 ? "" : kmsUri.substring(0, end);
    return scheme.matches("[a-z][a-z0-9+.-]{0,31}") ? "'" + scheme + "'" : "(no scheme)";
  }

  /**
   * A key service that is asked to decrypt once, for what is parsed twice; it forgets on close. Not
   * thread-safe.
   */
  static final class Once implements Aead, AutoCloseable {
    private final Aead service;
    private byte @Nullable [] plaintext;
    private boolean failed;

    Once(Aead service) {
      this.service = service;
    }

    /** Tells whether the service was asked and did not decrypt. */
    boolean failed() {
      return failed;
    }

    @Override
    public byte[] encrypt(byte[] plaintext, byte[] associatedData) {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] decrypt(byte[] ciphertext, byte[] associatedData)
        throws GeneralSecurityException {
      if (plaintext == null) {
        failed = true;
        plaintext = service.decrypt(ciphertext, associatedData);
        failed = false;
      }
      return plaintext.clone();
    }

    @Override
    public void close() {
      if (plaintext != null) {
        Arrays.fill(plaintext, (byte) 0);
      }
    }
  }
}
