package dev.latchkey.client.tink;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.Configuration;
import com.google.crypto.tink.HybridEncrypt;
import com.google.crypto.tink.KeysetHandle;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.spi.Sealer;
import dev.latchkey.spi.SecretIdentity;
import java.security.GeneralSecurityException;

/**
 * Seals secrets with the primary key of a {@link Keyset}; of a hybrid one with its public half.
 * Immutable and thread-safe.
 */
public final class TinkSealer implements Sealer {
  private static final byte[] NOTHING = {};

  private final Sealing sealing;

  private TinkSealer(Sealing sealing) {
    this.sealing = sealing;
  }

  /**
   * Returns a sealer that has sealed once with the keyset's primary key, as a trial.
   *
   * @throws SecretConfigurationException if its keys do not work
   */
  public static TinkSealer of(Keyset keyset) {
    try {
      Sealing sealing = sealing(keyset);
      sealing.seal(NOTHING, NOTHING);
      return new TinkSealer(sealing);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw Algorithms.unusable();
    }
  }

  private static Sealing sealing(Keyset keyset) throws GeneralSecurityException {
    Configuration configuration = Algorithms.configuration(keyset.kind());
    if (keyset.kind() == Keyset.Kind.AEAD) {
      return new AeadSealing(keyset.handle().getPrimitive(configuration, Aead.class));
    }
    KeysetHandle half =
        keyset.kind() == Keyset.Kind.HYBRID_PRIVATE
            ? keyset.handle().getPublicKeysetHandle()
            : keyset.handle();
    return new HybridSealing(half.getPrimitive(configuration, HybridEncrypt.class));
  }

  @Override
  public byte[] seal(SecretIdentity identity, byte[] value) {
    try {
      return sealing.seal(value, identity.associatedData());
    } catch (GeneralSecurityException e) {
      throw new SecretConfigurationException(
          identity + " could not be sealed.",
          "Check that the keyset's primary key works in this Java runtime.");
    }
  }

  /** Returns the same text for all sealers. */
  @Override
  public String toString() {
    return "TinkSealer";
  }

  private interface Sealing {
    byte[] seal(byte[] value, byte[] associatedData) throws GeneralSecurityException;
  }

  private record AeadSealing(Aead aead) implements Sealing {
    @Override
    public byte[] seal(byte[] value, byte[] associatedData) throws GeneralSecurityException {
      return aead.encrypt(value, associatedData);
    }
  }

  private record HybridSealing(HybridEncrypt hybrid) implements Sealing {
    @Override
    public byte[] seal(byte[] value, byte[] contextInfo) throws GeneralSecurityException {
      return hybrid.encrypt(value, contextInfo);
    }
  }
}
