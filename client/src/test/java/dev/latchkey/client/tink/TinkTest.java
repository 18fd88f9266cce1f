package dev.latchkey.client.tink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.AesGcmKey;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.client.Canary;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TinkTest {
  private static final byte[] VALUE = "value-canary-81a7".getBytes(UTF_8);
  private static final SecretIdentity DB = identity("shop", "db", 3);

  static List<Keyset> keysets() {
    return List.of(Keysets.generate(), Keysets.generateHybrid(), Keysets.generate().rotated());
  }

  private static SecretIdentity identity(String project, String name, long version) {
    return new SecretIdentity(project, SecretName.parse(name), version);
  }

  private static byte[] open(Keyset keyset, SecretIdentity identity, byte[] ciphertext) {
    return TinkDecryptor.of(keyset).open(new SealedSecret(identity, ciphertext, Instant.EPOCH));
  }

  private static void assertClosed(TinkDecryptor decryptor, SecretIdentity is, byte[] ciphertext) {
    assertThatThrownBy(() -> decryptor.open(new SealedSecret(is, ciphertext, Instant.EPOCH)))
        .isExactlyInstanceOf(SecretDecryptionException.class)
        .hasMessage(
            is
                + " could not be opened. Check that this process has the keyset that it was sealed"
                + " with, in LATCHKEY_KEYSET_FILE or LATCHKEY_KEYSET, and that the ciphertext was"
                + " neither changed nor moved.")
        .hasNoCause()
        .matches(e -> e.getSuppressed().length == 0);
  }

  @ParameterizedTest
  @MethodSource("keysets")
  void open_sealed_givesValueBack(Keyset keyset) {
    byte[] largest = new byte[SecretValue.MAX_BYTES];
    new Random(7).nextBytes(largest);
    for (byte[] value : List.of(VALUE, new byte[0], new byte[1], largest)) {
      byte[] copy = value.clone();
      byte[] ciphertext = TinkSealer.of(keyset).seal(DB, value);
      assertThat(value).isEqualTo(copy);
      assertThat(open(keyset, DB, ciphertext)).isEqualTo(value);
    }
  }

  @ParameterizedTest
  @MethodSource("keysets")
  void seal_twice_differs(Keyset keyset) {
    TinkSealer sealer = TinkSealer.of(keyset);
    assertThat(sealer.seal(DB, VALUE)).isNotEqualTo(sealer.seal(DB, VALUE));
  }

  @ParameterizedTest
  @MethodSource("keysets")
  void open_otherIdentity_fails(Keyset keyset) {
    byte[] ciphertext = TinkSealer.of(keyset).seal(DB, VALUE);
    TinkDecryptor decryptor = TinkDecryptor.of(keyset);
    assertClosed(decryptor, identity("shop", "db2", 3), ciphertext);
    assertClosed(decryptor, identity("shop2", "db", 3), ciphertext);
    assertClosed(decryptor, identity("Shop", "db", 3), ciphertext);
    assertClosed(decryptor, identity("shop", "db", 2), ciphertext);
    assertClosed(decryptor, identity("shop", "db", 33), ciphertext);
  }

  @ParameterizedTest
  @MethodSource("keysets")
  void open_nameInOtherCase_opens(Keyset keyset) {
    byte[] ciphertext = TinkSealer.of(keyset).seal(identity("shop", "My-Secret", 1), VALUE);
    assertThat(open(keyset, identity("shop", "mY-sEcReT", 1), ciphertext)).isEqualTo(VALUE);
  }

  @ParameterizedTest
  @MethodSource("keysets")
  void open_anyBitChanged_fails(Keyset keyset) {
    byte[] ciphertext = TinkSealer.of(keyset).seal(DB, VALUE);
    TinkDecryptor decryptor = TinkDecryptor.of(keyset);
    for (int i = 0; i < ciphertext.length; i++) {
      byte[] changed = ciphertext.clone();
      changed[i] ^= (byte) (1 << (i % 8));
      assertClosed(decryptor, DB, changed);
    }
  }

  @ParameterizedTest
  @MethodSource("keysets")
  void open_truncatedOrLonger_fails(Keyset keyset) {
    byte[] ciphertext = TinkSealer.of(keyset).seal(DB, VALUE);
    TinkDecryptor decryptor = TinkDecryptor.of(keyset);
    for (int length = 0; length < ciphertext.length; length++) {
      assertClosed(decryptor, DB, Arrays.copyOf(ciphertext, length));
      assertClosed(decryptor, DB, Arrays.copyOfRange(ciphertext, length + 1, ciphertext.length));
    }
    assertClosed(decryptor, DB, Arrays.copyOf(ciphertext, ciphertext.length + 1));
  }

  @Test
  void open_otherKeyset_fails() {
    byte[] ciphertext = TinkSealer.of(Keysets.generate()).seal(DB, VALUE);
    assertClosed(TinkDecryptor.of(Keysets.generate()), DB, ciphertext);
    assertClosed(TinkDecryptor.of(Keysets.generateHybrid()), DB, ciphertext);
  }

  @Test
  void associatedData_distinctIdentities_neverCollides() {
    var random = new Random(20260101);
    Map<String, SecretIdentity> seen = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      // Short parts from few characters: moving a border between parts soon gives the same text.
      SecretIdentity made =
          identity(text(random), "a" + text(random), 1 + random.nextInt(i % 2 == 0 ? 5 : 5000));
      String data = new String(made.associatedData(), UTF_8);
      SecretIdentity other = seen.putIfAbsent(data, made);
      assertThat(data).isNotEmpty();
      assertThat(other == null || other.equals(made)).as("%s, %s", made, other).isTrue();
    }
    assertThat(seen).hasSizeGreaterThan(5_000);
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      text.append("ab1".charAt(random.nextInt(3)));
    }
    return text.toString();
  }

  @Test
  void open_rotatedKeyset_opensOldUntilItsKeyIsRemoved() throws Exception {
    Keyset old = Keysets.generate();
    Keyset rotated = old.rotated();
    byte[] before = TinkSealer.of(old).seal(DB, VALUE);
    byte[] after = TinkSealer.of(rotated).seal(DB, VALUE);
    assertThat(open(rotated, DB, before)).isEqualTo(VALUE);
    assertThat(open(rotated, DB, after)).isEqualTo(VALUE);
    assertClosed(TinkDecryptor.of(old), DB, after);

    KeysetHandle without =
        KeysetHandle.newBuilder(rotated.handle())
            .setConfiguration(AeadConfig2026.get())
            .deleteAt(0)
            .build();
    Keyset pruned = new Keyset(without, Keyset.Kind.AEAD);
    assertThat(open(pruned, DB, after)).isEqualTo(VALUE);
    assertClosed(TinkDecryptor.of(pruned), DB, before);
  }

  @Test
  void open_rotatedHybridKeyset_opensOld() {
    Keyset old = Keysets.generateHybrid();
    byte[] before = TinkSealer.of(old.publicHalf()).seal(DB, VALUE);
    assertThat(open(old.rotated(), DB, before)).isEqualTo(VALUE);
  }

  @Test
  void publicHalf_seals_andDoesNotOpen() {
    Keyset keyset = Keysets.generateHybrid();
    Keyset half = Keysets.parse(keyset.publicHalf().toCleartextJson());
    assertThat(open(keyset, DB, TinkSealer.of(half).seal(DB, VALUE))).isEqualTo(VALUE);
    assertThatThrownBy(() -> TinkDecryptor.of(half))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "The keyset is the public half of a hybrid one, which seals and does not open."
                + " Give this process the private keyset.");
  }

  @Test
  void seal_openedByTinkItself_isPlainAead() throws Exception {
    Keyset keyset = Keysets.generate();
    Aead tink =
        TinkJsonProtoKeysetFormat.parseKeyset(
                keyset.toCleartextJson(), AeadConfig2026.get(), InsecureSecretKeyAccess.get())
            .getPrimitive(AeadConfig2026.get(), Aead.class);
    byte[] ciphertext = TinkSealer.of(keyset).seal(DB, VALUE);
    assertThat(tink.decrypt(ciphertext, DB.associatedData())).isEqualTo(VALUE);
    assertThat(open(keyset, DB, tink.encrypt(VALUE, DB.associatedData()))).isEqualTo(VALUE);
  }

  @Test
  void everyText_neverShowsKeyOrValue() {
    Keyset keyset = Keysets.generate();
    var key = (AesGcmKey) keyset.handle().getPrimary().getKey();
    Canary keyCanary = new Canary(key.getKeyBytes().toByteArray(InsecureSecretKeyAccess.get()));
    Canary valueCanary = new Canary(VALUE);
    TinkDecryptor decryptor = TinkDecryptor.of(keyset);
    byte[] ciphertext = TinkSealer.of(keyset).seal(DB, VALUE);
    var moved = new SealedSecret(identity("shop", "other", 1), ciphertext, Instant.EPOCH);
    var opening =
        catchThrowableOfType(SecretDecryptionException.class, () -> decryptor.open(moved));
    String json = keyset.toCleartextJson();
    List<Throwable> thrown =
        List.of(
            opening,
            catchThrowable(() -> Keysets.parse(json.substring(0, json.length() - 30))),
            catchThrowable(() -> Keysets.parse("x" + json)),
            catchThrowable(() -> Keysets.parse(json.replace("AesGcmKey", "HmacKey"))),
            catchThrowable(() -> Keysets.parse(json.replace("ENABLED", "DISABLED"))),
            catchThrowable(
                () -> Keysets.parse(json.replaceAll("\"value\":\"..", "\"value\":\"??"))));

    for (Throwable each : thrown) {
      assertThat(keyCanary.isIn(each) || valueCanary.isIn(each)).as("%s", each).isFalse();
    }
    String texts = keyset + " " + decryptor + " " + TinkSealer.of(keyset) + " " + moved;
    assertThat(keyCanary.isIn(texts) || valueCanary.isIn(texts)).isFalse();

    // The scan sees what is there.
    assertThat(keyCanary.isIn(json)).isTrue();
    assertThat(valueCanary.isIn(new IllegalStateException(new String(VALUE, UTF_8)))).isTrue();
  }
}
