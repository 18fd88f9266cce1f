package dev.latchkey.testing.contract;

import dev.latchkey.SecretDecryptionException;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.Sealer;
import dev.latchkey.spi.SecretIdentity;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A sound sealer and decryptor by AES-GCM, whose defects are overridden methods. */
class MemoryCipher implements Sealer, Decryptor {
  static final int IV_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  final byte key;

  /** Takes the number that a key is made of. */
  MemoryCipher(byte key) {
    this.key = key;
  }

  @Override
  public byte[] seal(SecretIdentity identity, byte[] value) {
    byte[] iv = iv();
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, iv, associatedData(identity)).doFinal(value);
      byte[] whole = Arrays.copyOf(iv, IV_BYTES + sealed.length);
      System.arraycopy(sealed, 0, whole, IV_BYTES, sealed.length);
      return whole;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public byte[] open(SealedSecret sealed) {
    byte[] whole = sealed.ciphertext();
    if (whole.length < IV_BYTES + TAG_BITS / 8) {
      throw failure(sealed);
    }
    try {
      byte[] iv = Arrays.copyOf(whole, IV_BYTES);
      return cipher(Cipher.DECRYPT_MODE, iv, associatedData(sealed.identity()))
          .doFinal(whole, IV_BYTES, whole.length - IV_BYTES);
    } catch (GeneralSecurityException e) {
      throw failure(sealed);
    }
  }

  byte[] iv() {
    byte[] iv = new byte[IV_BYTES];
    RANDOM.nextBytes(iv);
    return iv;
  }

  byte[] associatedData(SecretIdentity identity) {
    return identity.associatedData();
  }

  SecretDecryptionException failure(SealedSecret sealed) {
    return new SecretDecryptionException(
        "The ciphertext of " + sealed.identity() + " does not open.", "Look at the key.");
  }

  private Cipher cipher(int mode, byte[] iv, byte[] associatedData)
      throws GeneralSecurityException {
    byte[] bytes = new byte[16];
    Arrays.fill(bytes, key);
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(bytes, "AES"), new GCMParameterSpec(TAG_BITS, iv));
    cipher.updateAAD(associatedData);
    return cipher;
  }
}
