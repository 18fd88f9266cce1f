package dev.latchkey.client.tink;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.KmsClient;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A key service in memory, found as a real one's client is. Its URIs are {@code fake-kms://good},
 * {@code fake-kms://other}, another key, and {@code fake-kms://down}, which fails.
 */
public final class FakeKmsClient implements KmsClient {
  static final String CANARY = "kms-canary-5f1c";
  static final AtomicInteger CALLS = new AtomicInteger();

  private static final Aead GOOD = newKey();
  private static final Aead OTHER = newKey();

  private boolean hasCredentials;

  private static Aead newKey() {
    try {
      var configuration = AeadConfig2026.get();
      return KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM, configuration)
          .getPrimitive(configuration, Aead.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static Aead good() {
    return GOOD;
  }

  @Override
  public boolean doesSupport(String keyUri) {
    return keyUri.startsWith("fake-kms://");
  }

  @Override
  public KmsClient withCredentials(String credentialPath) {
    throw new UnsupportedOperationException();
  }

  @Override
  public KmsClient withDefaultCredentials() {
    hasCredentials = true;
    return this;
  }

  @Override
  public Aead getAead(String keyUri) throws GeneralSecurityException {
    if (!hasCredentials) {
      throw new GeneralSecurityException("no credentials");
    }
    return switch (keyUri) {
      case "fake-kms://good" -> new Counting(GOOD);
      case "fake-kms://other" -> new Counting(OTHER);
      case "fake-kms://down" -> new Failing();
      default -> throw new GeneralSecurityException("no key " + CANARY);
    };
  }

  private record Counting(Aead key) implements Aead {
    @Override
    public byte[] encrypt(byte[] plaintext, byte[] associatedData) throws GeneralSecurityException {
      return key.encrypt(plaintext, associatedData);
    }

    @Override
    public byte[] decrypt(byte[] ciphertext, byte[] associatedData)
        throws GeneralSecurityException {
      CALLS.incrementAndGet();
      return key.decrypt(ciphertext, associatedData);
    }
  }

  private record Failing() implements Aead {
    @Override
    public byte[] encrypt(byte[] plaintext, byte[] associatedData) {
      throw new IllegalStateException(CANARY);
    }

    @Override
    public byte[] decrypt(byte[] ciphertext, byte[] associatedData) {
      throw new IllegalStateException(CANARY);
    }
  }
}
