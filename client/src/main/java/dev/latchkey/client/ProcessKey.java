package dev.latchkey.client;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The random AES-256 key under which this process keeps values in memory, so that a search of the
 * heap for a value finds none. It does not stop a reader of the whole heap, where the key is too.
 *
 * <p>GCM with random 96-bit nonces (NIST SP 800-38D section 8.2.2) is safe for 2<sup>32</sup> seals
 * under one key, far more than a process fetches. There is no associated data: an entry never
 * leaves the process, and half of the time of opening a small value would go into it. Thread-safe.
 */
final class ProcessKey implements SecretKey, AutoCloseable {
  private static final long serialVersionUID = 1L;

  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  /** A look-up of the algorithm costs ten times what opening a small value does. */
  private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(ProcessKey::cipher);

  private final byte[] key = new byte[KEY_BYTES];
  private final transient SecureRandom random = new SecureRandom();

  ProcessKey() {
    random.nextBytes(key);
  }

  private static Cipher cipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JDK has no AES/GCM/NoPadding.", e);
    }
  }

  /** A value, sealed under a key of this process. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Sealed(GCMParameterSpec nonce, byte[] ciphertext) {}

  /** Returns a value sealed; the caller overwrites the value. */
  Sealed seal(byte[] value) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    var spec = new GCMParameterSpec(TAG_BITS, nonce);
    try {
      Cipher cipher = CIPHER.get();
      cipher.init(Cipher.ENCRYPT_MODE, this, spec);
      return new Sealed(spec, cipher.doFinal(value));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A value could not be sealed in memory.", e);
    }
  }

  /**
   * Returns a value in a new array, which the caller overwrites.
   *
   * @throws GeneralSecurityException if this key is closed
   */
  byte[] open(Sealed sealed) throws GeneralSecurityException {
    Cipher cipher = CIPHER.get();
    cipher.init(Cipher.DECRYPT_MODE, this, sealed.nonce);
    return cipher.doFinal(sealed.ciphertext);
  }

  @Override
  public String getAlgorithm() {
    return "AES";
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  @Override
  public byte[] getEncoded() {
    return key.clone();
  }

  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException(ProcessKey.class.getName());
  }

  /**
   * Overwrites the key: nothing that it sealed opens any more. The cipher of a thread that used it
   * keeps a copy until that thread ends or opens something else.
   */
  @Override
  public void close() {
    Arrays.fill(key, (byte) 0);
  }

  @Override
  public String toString() {
    return "ProcessKey[redacted]";
  }
}
