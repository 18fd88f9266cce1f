package dev.latchkey.client.tink;

import com.google.crypto.tink.Configuration;
import com.google.crypto.tink.Parameters;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.hybrid.HpkeParameters;
import com.google.crypto.tink.hybrid.HybridConfig2026;
import dev.latchkey.SecretConfigurationException;
import java.security.GeneralSecurityException;

/**
 * What Tink is asked to do. Nothing is registered globally: that would load every algorithm that
 * Tink has (60 ms at the start of a process), and change how an app's own use of Tink behaves.
 */
final class Algorithms {
  private Algorithms() {}

  static Configuration configuration(Keyset.Kind kind) {
    return kind == Keyset.Kind.AEAD ? AeadConfig2026.get() : Hybrid.configuration();
  }

  static Parameters recommended(Keyset.Kind kind) {
    return kind == Keyset.Kind.AEAD ? PredefinedAeadParameters.AES256_GCM : Hybrid.recommended();
  }

  /** Returns what to throw where Tink refuses what it can only refuse for its own settings. */
  static SecretConfigurationException refused() {
    return new SecretConfigurationException(
        "Tink refused to make or write a keyset.",
        "Check that this Java runtime has AES-GCM and X25519, and is not restricted to FIPS.");
  }

  /** Returns what to throw where the keys of a keyset that was parsed do not work. */
  static SecretConfigurationException unusable() {
    return new SecretConfigurationException(
        "The keys of the keyset do not work in this Java runtime.",
        "Check that it has their algorithms, and that the keys are of one kind.");
  }

  /** Apart, so that a process with an AEAD keyset never loads the classes of hybrid encryption. */
  private static final class Hybrid {
    static Configuration configuration() {
      return HybridConfig2026.get();
    }

    static Parameters recommended() {
      try {
        return HpkeParameters.builder()
            .setKemId(HpkeParameters.KemId.DHKEM_X25519_HKDF_SHA256)
            .setKdfId(HpkeParameters.KdfId.HKDF_SHA256)
            .setAeadId(HpkeParameters.AeadId.AES_256_GCM)
            .setVariant(HpkeParameters.Variant.TINK)
            .build();
      } catch (GeneralSecurityException e) {
        throw refused();
      }
    }
  }
}
