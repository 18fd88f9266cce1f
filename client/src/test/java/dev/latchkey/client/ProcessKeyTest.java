package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class ProcessKeyTest {
  private static final byte[] VALUE = "some-value".getBytes(StandardCharsets.UTF_8);

  private final ProcessKey key = new ProcessKey();

  /** The key as another implementation would take it, so that the result can be checked by it. */
  private static SecretKeySpec plain(ProcessKey key) {
    return new SecretKeySpec(key.getEncoded(), "AES");
  }

  @Test
  void seal_isAesGcmWithThatKeyNonceAndNoAssociatedData() throws Exception {
    ProcessKey.Sealed sealed = key.seal(VALUE);

    Cipher jdk = Cipher.getInstance("AES/GCM/NoPadding");
    jdk.init(Cipher.DECRYPT_MODE, plain(key), sealed.nonce());
    assertThat(jdk.doFinal(sealed.ciphertext())).isEqualTo(VALUE);
    assertThat(sealed.nonce().getTLen()).isEqualTo(128);
    assertThat(sealed.nonce().getIV()).hasSize(12);
    assertThat(sealed.ciphertext()).hasSize(VALUE.length + 16);
    assertThat(key.getEncoded()).hasSize(32);
  }

  @Test
  void open_whatTheJdkSealed_givesTheValue() throws Exception {
    ProcessKey.Sealed another = key.seal(new byte[0]);
    Cipher jdk = Cipher.getInstance("AES/GCM/NoPadding");
    jdk.init(Cipher.ENCRYPT_MODE, plain(key), another.nonce());

    assertThat(key.open(new ProcessKey.Sealed(another.nonce(), jdk.doFinal(VALUE))))
        .isEqualTo(VALUE);
    assertThat(key.open(another)).isEmpty();
  }

  @Test
  void seal_theSameTwice_sharesNeitherNonceNorCiphertext() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      ProcessKey.Sealed sealed = key.seal(VALUE);
      assertThat(seen.add(Arrays.toString(sealed.nonce().getIV()))).isTrue();
      assertThat(seen.add(Arrays.toString(sealed.ciphertext()))).isTrue();
    }
    assertThat(new ProcessKey().getEncoded()).isNotEqualTo(key.getEncoded());
  }

  @Test
  void seal_leavesTheValueToTheCaller() {
    byte[] value = VALUE.clone();
    key.seal(value);

    assertThat(value).isEqualTo(VALUE);
  }

  @Test
  void open_anyBitChanged_fails() throws Exception {
    ProcessKey.Sealed sealed = key.seal(VALUE);
    for (int bit = 0; bit < sealed.ciphertext().length * 8; bit++) {
      byte[] changed = sealed.ciphertext().clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> key.open(new ProcessKey.Sealed(sealed.nonce(), changed)))
          .isInstanceOf(GeneralSecurityException.class);
    }
    assertThat(key.open(sealed)).isEqualTo(VALUE);
  }

  @Test
  void close_overwritesTheKeyAndOpensNothing() throws Exception {
    ProcessKey.Sealed sealed = key.seal(VALUE);
    assertThat(key.open(sealed)).isEqualTo(VALUE);

    key.close();
    key.close();

    assertThat(key.getEncoded()).containsOnly(0);
    assertThatThrownBy(() -> key.open(sealed)).isInstanceOf(GeneralSecurityException.class);
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      assertThatThrownBy(() -> other.submit(() -> key.open(sealed)).get())
          .hasCauseInstanceOf(GeneralSecurityException.class);
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void serialize_isRefused() throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      assertThatThrownBy(() -> out.writeObject(key))
          .isInstanceOf(NotSerializableException.class)
          .hasMessage("dev.latchkey.client.ProcessKey");
    }
    String written = bytes.toString(StandardCharsets.ISO_8859_1);
    assertThat(written).doesNotContain(new String(key.getEncoded(), StandardCharsets.ISO_8859_1));
  }

  @Test
  void toString_showsNoKey() {
    assertThat(key).hasToString("ProcessKey[redacted]");
    assertThat(new Canary(key.getEncoded()).isIn(key.seal(VALUE).toString())).isFalse();
  }

  @Test
  void reads_ofTwoKeysOnOneThread_doNotMix() throws Exception {
    var other = new ProcessKey();
    ProcessKey.Sealed one = key.seal(VALUE);
    ProcessKey.Sealed two = other.seal(new byte[] {1});

    assertThat(key.open(one)).isEqualTo(VALUE);
    assertThat(other.open(two)).containsExactly(1);
    assertThatThrownBy(() -> key.open(two)).isInstanceOf(GeneralSecurityException.class);
    assertThat(key.open(one)).isEqualTo(VALUE);
  }
}
