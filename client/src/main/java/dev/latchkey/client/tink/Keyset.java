package dev.latchkey.client.tink;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.Configuration;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.Parameters;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretUnavailableException;
import java.security.GeneralSecurityException;

/**
 * The keys that secrets are sealed and opened with: one primary, which seals, and older ones, which
 * still open. {@link Keysets} makes and reads them. Immutable and thread-safe; {@link #toString}
 * shows no key.
 */
public final class Keyset {
  /** What the keys of a keyset can do. */
  enum Kind {
    AEAD,
    HYBRID_PRIVATE,
    HYBRID_PUBLIC
  }

  /** Tinkey encrypts keysets without associated data; with some, the two could not share files. */
  private static final byte[] NO_ASSOCIATED_DATA = {};

  private final KeysetHandle handle;
  private final Kind kind;

  Keyset(KeysetHandle handle, Kind kind) {
    this.handle = handle;
    this.kind = kind;
  }

  /**
   * Returns this keyset with a new primary key of the recommended algorithm of its kind. What the
   * old keys sealed still opens. The new keyset has to reach those who open before those who seal.
   *
   * @throws SecretConfigurationException if this is the public half of a keyset
   */
  public Keyset rotated() {
    if (kind == Kind.HYBRID_PUBLIC) {
      throw new SecretConfigurationException(
          "The public half of a keyset cannot be rotated.",
          "Rotate the private keyset, and take its public half anew.");
    }
    Parameters parameters = Algorithms.recommended(kind);
    try {
      return new Keyset(
          KeysetHandle.newBuilder(handle)
              .setConfiguration(Algorithms.configuration(kind))
              .addEntry(
                  KeysetHandle.generateEntryFromParameters(parameters).withRandomId().makePrimary())
              .build(),
          kind);
    } catch (GeneralSecurityException e) {
      throw Algorithms.refused();
    }
  }

  /**
   * Returns the half of a hybrid keyset that seals and cannot open.
   *
   * @throws SecretConfigurationException if this is not a private hybrid keyset
   */
  public Keyset publicHalf() {
    if (kind != Kind.HYBRID_PRIVATE) {
      throw new SecretConfigurationException(
          "Only a private hybrid keyset has a public half.", "Generate a hybrid keyset.");
    }
    try {
      return new Keyset(handle.getPublicKeysetHandle(), Kind.HYBRID_PUBLIC);
    } catch (GeneralSecurityException e) {
      throw Algorithms.refused();
    }
  }

  /**
   * Returns the keyset in Tink's JSON form. It holds the keys in the clear, except for a public
   * half.
   */
  public String toCleartextJson() {
    try {
      return TinkJsonProtoKeysetFormat.serializeKeyset(
          handle, Algorithms.configuration(kind), InsecureSecretKeyAccess.get());
    } catch (GeneralSecurityException e) {
      throw Algorithms.refused();
    }
  }

  /**
   * Returns the keyset in Tink's JSON form, encrypted with the key of a key service, without
   * associated data, as Tinkey does.
   *
   * @param kmsUri as in {@link Keysets#parseEncrypted}
   * @throws SecretConfigurationException if no key service is found for the URI
   * @throws SecretUnavailableException if the key service fails
   */
  public String toEncryptedJson(String kmsUri) {
    Aead kms = KeyService.find(kmsUri);
    try {
      return TinkJsonProtoKeysetFormat.serializeEncryptedKeyset(
          handle, kms, NO_ASSOCIATED_DATA, Algorithms.configuration(kind));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw KeyService.failed(kmsUri);
    }
  }

  static KeysetHandle decrypt(String json, Aead kms, Configuration configuration)
      throws GeneralSecurityException {
    return TinkJsonProtoKeysetFormat.parseEncryptedKeyset(
        json, kms, NO_ASSOCIATED_DATA, configuration);
  }

  Kind kind() {
    return kind;
  }

  KeysetHandle handle() {
    return handle;
  }

  /** Returns what the keys are for, how many there are, and which seals. */
  @Override
  public String toString() {
    return "Keyset["
        + kind
        + ", keys="
        + handle.size()
        + ", primary="
        + Integer.toUnsignedString(handle.getPrimary().getId())
        + "]";
  }
}
