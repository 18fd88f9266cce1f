package dev.latchkey.client;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.Secrets;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What {@code Secrets.get} of a 32-byte secret costs when it is at hand, beside the two floors:
 * opening 32 bytes with a thread-local cipher, and a look-up in a map.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HotGet {
  private static final String VARIABLE = "MY_APP_SECRET";
  private static final String VALUE = "0123456789abcdef0123456789abcdef";

  /** A raw cipher, as the in-memory seal uses it. */
  @State(Scope.Benchmark)
  public static class RawCipher {
    private final ThreadLocal<Cipher> ciphers = ThreadLocal.withInitial(RawCipher::cipher);
    private SecretKeySpec key;
    private GCMParameterSpec nonce;
    private byte[] ciphertext;

    private static Cipher cipher() {
      try {
        return Cipher.getInstance("AES/GCM/NoPadding");
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    @Setup
    public void seal() throws GeneralSecurityException {
      var random = new SecureRandom();
      byte[] bytes = new byte[32];
      random.nextBytes(bytes);
      key = new SecretKeySpec(bytes, "AES");
      byte[] iv = new byte[12];
      random.nextBytes(iv);
      nonce = new GCMParameterSpec(128, iv);
      Cipher cipher = ciphers.get();
      cipher.init(Cipher.ENCRYPT_MODE, key, nonce);
      ciphertext = cipher.doFinal(VALUE.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** A map, as the smallest cache would be. */
  @State(Scope.Benchmark)
  public static class PlainMap {
    private final Map<String, String> map = new ConcurrentHashMap<>(Map.of(VARIABLE, VALUE));
    private final String key = VARIABLE;
  }

  /** {@code Secrets} over a client whose values are only kept sealed. */
  @State(Scope.Benchmark)
  public static class Sealed {
    SecretsClient client;
    Secrets.Installation installation;

    @Setup(Level.Trial)
    public void install() {
      install(false);
    }

    void install(boolean holdPlaintext) {
      Keyset keyset = Keysets.generate();
      SecretsClient.Builder builder =
          SecretsClient.builder(new OneSecret(keyset), TinkDecryptor.of(keyset));
      client = (holdPlaintext ? builder.holdPlaintext(Duration.ofHours(1)) : builder).build();
      installation =
          Secrets.install(
              SecretEnvironment.builder()
                  .environment(Map.of(VARIABLE, "secret://my-secret", "FOO", "bar"))
                  .role(ProcessRole.WORK)
                  .resolver(client)
                  .build());
      if (!Secrets.get(VARIABLE).equals(VALUE)) {
        throw new IllegalStateException("wrong value");
      }
    }

    @TearDown(Level.Trial)
    public void uninstall() {
      installation.close();
      client.close();
    }
  }

  /** {@code Secrets} over a client that may hold plaintext. */
  public static class Held extends Sealed {
    @Override
    public void install() {
      install(true);
    }
  }

  private static final class OneSecret implements CiphertextSource {
    private final SealedSecret secret;

    OneSecret(Keyset keyset) {
      var identity = new SecretIdentity("default", dev.latchkey.SecretName.parse("my-secret"), 1);
      byte[] value = VALUE.getBytes(StandardCharsets.UTF_8);
      secret =
          new SealedSecret(identity, TinkSealer.of(keyset).seal(identity, value), Instant.EPOCH);
    }

    @Override
    public String project() {
      return "default";
    }

    @Override
    public List<CiphertextAnswer> fetch(FetchRequest request) {
      return request.queries().get(0).knownVersion().isPresent()
          ? List.of(new CiphertextAnswer.Unchanged(1))
          : List.of(new CiphertextAnswer.Sealed(secret));
    }

    @Override
    public void close() {}
  }

  @Benchmark
  public byte[] floorRawAesGcm(RawCipher raw) throws GeneralSecurityException {
    Cipher cipher = raw.ciphers.get();
    cipher.init(Cipher.DECRYPT_MODE, raw.key, raw.nonce);
    return cipher.doFinal(raw.ciphertext);
  }

  @Benchmark
  public String floorMapGet(PlainMap plain) {
    return plain.map.get(plain.key);
  }

  @Benchmark
  public String secretsGet(Sealed sealed) {
    return Secrets.get(VARIABLE);
  }

  @Benchmark
  public String secretsGetHeld(Held held) {
    return Secrets.get(VARIABLE);
  }
}
