package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.ContractChecks.assertSpeaksPlainly;
import static dev.latchkey.testing.contract.ContractChecks.runTogether;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrowsExactly;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.Sealer;
import dev.latchkey.spi.SecretIdentity;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a {@link Decryptor} and the {@link Sealer} beside it promise, as tests:
 *
 * <ul>
 *   <li>what was sealed opens to the same bytes, from none to the largest value;
 *   <li>the value and the ciphertext are left as they are, and the value comes in a new array;
 *   <li>the same value sealed twice is not the same ciphertext, and does not show in it;
 *   <li>the project, the name and the version are authenticated, the name regardless of case; the
 *       time is not;
 *   <li>{@link SecretDecryptionException} for another identity, another key, and for a ciphertext
 *       with any byte changed, cut anywhere, lengthened or empty: the same words each time, a new
 *       exception without a cause, and neither value nor ciphertext in it;
 *   <li>many threads at once.
 * </ul>
 */
public abstract class DecryptorContract {
  private static final SecretIdentity IDENTITY = identity("contract-project", "my-secret", 3);
  private static final byte[] VALUE = "contract-canary-4e07".getBytes(StandardCharsets.UTF_8);

  private Sealer sealer = (identity, value) -> new byte[0];
  private Decryptor decryptor = secret -> new byte[0];

  /** For subclasses. */
  protected DecryptorContract() {}

  /** Returns the sealer whose ciphertexts {@link #decryptor} opens. */
  protected abstract Sealer sealer();

  /** Returns the decryptor, the same or an equal one each time in a test. */
  protected abstract Decryptor decryptor();

  /** Returns a decryptor of the same kind with another key. */
  protected abstract Decryptor decryptorWithOtherKey();

  @BeforeEach
  final void makeBoth() {
    sealer = sealer();
    decryptor = decryptor();
  }

  @Test
  void open_sealed_isTheValue() {
    byte[] every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    byte[] largest = new byte[SecretValue.MAX_BYTES];
    Arrays.fill(largest, (byte) 'x');
    for (byte[] value : List.of(VALUE, new byte[0], new byte[1], every, largest)) {
      assertArrayEquals(value, open(IDENTITY, sealer.seal(IDENTITY, value)));
    }
  }

  @Test
  void sealAndOpen_anyValue_leaveTheirArgumentsAlone() {
    byte[] value = VALUE.clone();
    byte[] ciphertext = sealer.seal(IDENTITY, value);
    assertArrayEquals(VALUE, value);
    byte[] copy = ciphertext.clone();
    byte[] first = open(IDENTITY, ciphertext);
    assertArrayEquals(copy, ciphertext);
    byte[] second = open(IDENTITY, ciphertext);
    assertNotSame(first, second);
    Arrays.fill(first, (byte) 0);
    assertArrayEquals(VALUE, second);
    assertArrayEquals(VALUE, open(IDENTITY, ciphertext));
  }

  @Test
  void seal_sameValueTwice_differs() {
    assertFalse(
        Arrays.equals(sealer.seal(IDENTITY, VALUE), sealer.seal(IDENTITY, VALUE)),
        "The same value gave the same ciphertext.");
  }

  @Test
  void seal_anyValue_doesNotShowIt() {
    String value = new String(VALUE, StandardCharsets.ISO_8859_1);
    String sealed = new String(sealer.seal(IDENTITY, VALUE), StandardCharsets.ISO_8859_1);
    assertFalse(sealed.contains(value), "The value stands in the ciphertext.");
  }

  @Test
  void open_otherIdentity_fails() {
    byte[] ciphertext = sealer.seal(IDENTITY, VALUE);
    assertCloses(identity("contract-project2", "my-secret", 3), ciphertext);
    assertCloses(identity("Contract-project", "my-secret", 3), ciphertext);
    assertCloses(identity("contract-project", "my-secret2", 3), ciphertext);
    assertCloses(identity("contract-project", "my-secre", 3), ciphertext);
    assertCloses(identity("contract-project", "my-secret", 2), ciphertext);
    assertCloses(identity("contract-project", "my-secret", 33), ciphertext);
  }

  @Test
  void open_partsMovedBetweenNameAndProject_fails() {
    byte[] ciphertext = sealer.seal(identity("ab", "c", 11), VALUE);
    assertCloses(identity("a", "bc", 11), ciphertext);
    assertCloses(identity("ab", "c1", 1), ciphertext);
    assertArrayEquals(VALUE, open(identity("ab", "c", 11), ciphertext));
  }

  @Test
  void open_nameInOtherCase_isTheValue() {
    byte[] ciphertext = sealer.seal(IDENTITY, VALUE);
    assertArrayEquals(VALUE, open(identity("contract-project", "MY-Secret", 3), ciphertext));
  }

  @Test
  void open_otherTime_isTheValue() {
    byte[] ciphertext = sealer.seal(IDENTITY, VALUE);
    assertArrayEquals(VALUE, decryptor.open(new SealedSecret(IDENTITY, ciphertext, Instant.MAX)));
  }

  @Test
  void open_otherKey_fails() {
    byte[] ciphertext = sealer.seal(IDENTITY, VALUE);
    SecretDecryptionException changed = assertCloses(IDENTITY, new byte[ciphertext.length]);
    SecretDecryptionException otherKey =
        assertCloses(decryptorWithOtherKey(), IDENTITY, ciphertext);
    assertEquals(changed.getMessage(), otherKey.getMessage());
  }

  @Test
  void open_anyByteChanged_fails() {
    byte[] ciphertext = sealer.seal(IDENTITY, VALUE);
    for (int i = 0; i < ciphertext.length; i++) {
      byte[] changed = ciphertext.clone();
      changed[i] ^= (byte) (1 << (i % 8));
      assertCloses(IDENTITY, changed);
    }
  }

  @Test
  void open_cutLengthenedOrEmpty_failsInTheSameWords() {
    byte[] ciphertext = sealer.seal(IDENTITY, VALUE);
    String words = assertCloses(IDENTITY, new byte[0]).getMessage();
    for (int length = 1; length < ciphertext.length; length++) {
      byte[] start = Arrays.copyOf(ciphertext, length);
      assertEquals(words, assertCloses(IDENTITY, start).getMessage());
      byte[] end = Arrays.copyOfRange(ciphertext, length, ciphertext.length);
      assertEquals(words, assertCloses(IDENTITY, end).getMessage());
    }
    byte[] longer = Arrays.copyOf(ciphertext, ciphertext.length + 1);
    assertEquals(words, assertCloses(IDENTITY, longer).getMessage());
  }

  @Test
  void open_manyThreads_eachGetsItsOwn() throws Exception {
    var start = new CountDownLatch(1);
    List<Callable<Void>> openers = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      SecretIdentity mine = identity("contract-project", "my-secret", i);
      byte[] value = ("value " + i).getBytes(StandardCharsets.UTF_8);
      openers.add(
          () -> {
            start.await();
            for (int round = 0; round < 50; round++) {
              assertArrayEquals(value, open(mine, sealer.seal(mine, value)));
            }
            return null;
          });
    }
    runTogether(openers, start);
  }

  private byte[] open(SecretIdentity identity, byte[] ciphertext) {
    return decryptor.open(new SealedSecret(identity, ciphertext, Instant.EPOCH));
  }

  private SecretDecryptionException assertCloses(SecretIdentity identity, byte[] ciphertext) {
    return assertCloses(decryptor, identity, ciphertext);
  }

  private static SecretDecryptionException assertCloses(
      Decryptor decryptor, SecretIdentity identity, byte[] ciphertext) {
    var sealed = new SealedSecret(identity, ciphertext, Instant.EPOCH);
    var thrown = assertThrowsExactly(SecretDecryptionException.class, () -> decryptor.open(sealed));
    assertNull(thrown.getCause(), "There is a cause, which may tell why.");
    assertEquals(0, thrown.getSuppressed().length);
    assertSpeaksPlainly(thrown);
    String message = thrown.problem() + thrown.remedy();
    String canary = new String(VALUE, StandardCharsets.UTF_8);
    assertFalse(message.contains(canary), "The value is in the message.");
    assertTrue(
        message.contains(identity.name().toString()), "The message does not name the secret.");
    return thrown;
  }

  private static SecretIdentity identity(String project, String name, long version) {
    return new SecretIdentity(project, SecretName.parse(name), version);
  }
}
