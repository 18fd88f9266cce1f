package dev.latchkey.client;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.Secrets;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
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
 * What {@code Secrets.get} of a 32-byte secret costs when it is at hand, while the client is idle
 * or busy, beside the two floors: opening 32 bytes with a thread-local cipher, and a look-up in a
 * map.
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
      Keyset keyset = Keysets.generate();
      client = builder(new OneSecret(keyset), TinkDecryptor.of(keyset)).build();
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

    SecretsClient.Builder builder(OneSecret source, TinkDecryptor decryptor) {
      return SecretsClient.builder(source, decryptor);
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
    SecretsClient.Builder builder(OneSecret source, TinkDecryptor decryptor) {
      return super.builder(source, decryptor).holdPlaintext(Duration.ofHours(1));
    }
  }

  /**
   * {@code Secrets} over a client that is watching, refreshing and telling all the time: its held
   * requests are answered every 50 ms, and so often it asks for a secret that does not exist.
   */
  public static class Busy extends Sealed {
    private static final Duration PERIOD = Duration.ofMillis(50);

    private final LongAdder fetches = new LongAdder();

    @Override
    public void install() {
      super.install();
      client.onRotation(SecretRef.parseShort("my-secret"), () -> {});
      client.onRotation(SecretRef.parseShort("absent"), () -> {});
    }

    @Override
    SecretsClient.Builder builder(OneSecret source, TinkDecryptor decryptor) {
      return SecretsClient.builder(new Holding(source, PERIOD), decryptor)
          .fresh(PERIOD)
          .listener(
              new SecretsListener() {
                @Override
                public void fetched(FetchEvent event) {
                  fetches.increment();
                }
              });
    }

    @TearDown(Level.Iteration)
    public void count() {
      System.out.print("(" + fetches.sumThenReset() + " requests meanwhile) ");
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
      return request.queries().stream().map(this::answer).toList();
    }

    private CiphertextAnswer answer(CiphertextQuery query) {
      if (!query.name().equals(secret.identity().name())) {
        return new CiphertextAnswer.NotFound(Optional.empty());
      }
      return query.knownVersion().isPresent()
          ? new CiphertextAnswer.Unchanged(1)
          : new CiphertextAnswer.Sealed(secret);
    }

    @Override
    public void close() {}
  }

  /** Holds what may be held for a fixed time, and has no news then. */
  private record Holding(OneSecret source, Duration time) implements CiphertextSource {
    @Override
    public String project() {
      return source.project();
    }

    @Override
    public boolean canHold() {
      return true;
    }

    @Override
    public List<CiphertextAnswer> fetch(FetchRequest request) {
      if (!request.hold().isZero()) {
        try {
          boolean unused = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new SecretUnavailableException("The thread was interrupted.", "");
        }
      }
      return source.fetch(request);
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
  public String secretsGetBusy(Busy busy) {
    return Secrets.get(VARIABLE);
  }

  @Benchmark
  public String secretsGetHeld(Held held) {
    return Secrets.get(VARIABLE);
  }
}
