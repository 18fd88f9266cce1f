package dev.latchkey.client.tink;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.Configuration;
import com.google.crypto.tink.HybridDecrypt;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SealedSecret;
import java.security.GeneralSecurityException;

/**
 * Opens secrets with a {@link Keyset}: any of its enabled keys, by AEAD or hybrid encryption,
 * whichever it is for. Immutable and thread-safe.
 */
public final class TinkDecryptor implements Decryptor {
  private final Opening opening;

  private TinkDecryptor(Opening opening) {
    this.opening = opening;
  }

  /**
   * Returns a decryptor that opens with the keys of a keyset.
   *
   * @throws SecretConfigurationException if the keyset is a public half, or its keys do not work
   */
  public static TinkDecryptor of(Keyset keyset) {
    if (keyset.kind() == Keyset.Kind.HYBRID_PUBLIC) {
      throw new SecretConfigurationException(
          "The keyset is the public half of a hybrid one, which seals and does not open.",
          "Give this process the private keyset.");
    }
    try {
      return new TinkDecryptor(opening(keyset));
    } catch (GeneralSecurityException e) {
      throw Algorithms.unusable();
    }
  }

  private static Opening opening(Keyset keyset) throws GeneralSecurityException {
    Configuration configuration = Algorithms.configuration(keyset.kind());
    return keyset.kind() == Keyset.Kind.AEAD
        ? new AeadOpening(keyset.handle().getPrimitive(configuration, Aead.class))
        : new HybridOpening(keyset.handle().getPrimitive(configuration, HybridDecrypt.class));
  }

  @Override
  public byte[] open(SealedSecret sealed) {
    byte[] associatedData = sealed.identity().associatedData();
    try {
      return opening.open(sealed.ciphertext(), associatedData);
    } catch (GeneralSecurityException | RuntimeException e) {
      // Whatever went wrong, what is told is the same: differences would teach an attacker.
      throw new SecretDecryptionException(
          sealed.identity() + " could not be opened.",
          "Check that this process has the keyset that it was sealed with, in LATCHKEY_KEYSET_FILE"
              + " or LATCHKEY_KEYSET, and that the ciphertext was neither changed nor moved.");
    }
  }

  /** Returns the same text for all decryptors. */
  @Override
  public String toString() {
    return "TinkDecryptor";
  }

  // Two classes, not lambdas: the first lambda of a process costs it 10 ms.
  private interface Opening {
    byte[] open(byte[] ciphertext, byte[] associatedData) throws GeneralSecurityException;
  }

  private record AeadOpening(Aead aead) implements Opening {
    @Override
    public byte[] open(byte[] ciphertext, byte[] associatedData) throws GeneralSecurityException {
      return aead.decrypt(ciphertext, associatedData);
    }
  }

  private record HybridOpening(HybridDecrypt hybrid) implements Opening {
    @Override
    public byte[] open(byte[] ciphertext, byte[] contextInfo) throws GeneralSecurityException {
      return hybrid.decrypt(ciphertext, contextInfo);
    }
  }
}
