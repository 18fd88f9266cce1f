package dev.latchkey.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * What a secret of 32 bytes under a name of 20 characters keeps alive on the heap, beyond the 48
 * bytes of its ciphertext: where it is never evicted and where it can be, beside the floors, a map
 * and a Caffeine cache from such names to such arrays. Each is what ten thousand more of them add,
 * in a JVM of its own after a full collection.
 */
public final class RetainedHeap {
  private static final int SECRETS = 10_080;
  private static final int CIPHERTEXT_BYTES = 48;

  /** How many secrets of a client are never evicted. */
  private static final int STAYING = 64;

  /** How many clients take that many secrets, each after a first one. */
  private static final int CLIENTS = SECRETS / (STAYING - 1);

  private static final Map<String, Part> PARTS =
      Map.of(
          "map", new Part(1, RetainedHeap::map),
          "caffeine", new Part(1, RetainedHeap::caffeine),
          "staying", new Part(CLIENTS, RetainedHeap::clients),
          "evictable", new Part(STAYING + 1, RetainedHeap::client));

  private RetainedHeap() {}

  /** With the name of a part, measures it in this process. */
  public static void main(String[] args) throws Exception {
    if (args.length == 1 && PARTS.containsKey(args[0])) {
      System.out.print(PARTS.get(args[0]).measure());
      return;
    }
    System.out.println("bytes a secret, beyond the " + CIPHERTEXT_BYTES + " of its ciphertext:");
    for (String name : List.of("map", "caffeine", "staying", "evictable")) {
      System.out.printf("%-10s %6.0f%n", name, inChild(name) - CIPHERTEXT_BYTES);
    }
  }

  /**
   * Something that holds secrets.
   *
   * @param few how many it holds at first
   * @param fill makes it and puts so many secrets into it
   */
  private record Part(int few, IntFunction<Object> fill) {
    double measure() {
      // Once beforehand, so that all classes are loaded when it counts.
      used(few + SECRETS);
      long base = used(few);
      return (used(few + SECRETS) - base) / (double) SECRETS;
    }

    private long used(int secrets) {
      Object filled = fill.apply(secrets);
      try {
        awaitThreads();
        for (int i = 0; i < 3; i++) {
          System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
      } finally {
        Reference.reachabilityFence(filled);
      }
    }
  }

  /** The threads of a client end when they have been idle; until then each keeps a cipher. */
  private static void awaitThreads() {
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith("latchkey-"))) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  private static double inChild(String part) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                RetainedHeap.class.getName(),
                part)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("Measuring " + part + " failed.");
    }
    return Double.parseDouble(output);
  }

  private static String name(int number) {
    return String.format("service-%05d-passwd", number);
  }

  private static Object map(int entries) {
    Map<String, byte[]> map = new HashMap<>();
    put(map, entries);
    return map;
  }

  private static Object caffeine(int entries) {
    Cache<String, byte[]> cache = Caffeine.newBuilder().maximumSize(2 * SECRETS).build();
    put(cache.asMap(), entries);
    return cache;
  }

  private static void put(Map<String, byte[]> map, int entries) {
    for (int i = 0; i < entries; i++) {
      map.put(name(i), new byte[CIPHERTEXT_BYTES]);
    }
  }

  /** Fills as many clients as are needed for all of it to stay. */
  private static Object clients(int secrets) {
    List<Object> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(client(secrets / CLIENTS));
    }
    return clients;
  }

  private static Object client(int secrets) {
    SecretsClient client =
        SecretsClient.builder(new AnySecret(), secret -> secret.ciphertext().clone())
            .maxEntries(2 * SECRETS)
            .scheduler(new FakeScheduler())
            .build();
    List<SecretRef> refs =
        IntStream.range(0, secrets).mapToObj(i -> SecretRef.parseShort(name(i))).toList();
    Map<SecretRef, SecretException> failures = client.prefetch(refs);
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.toString());
    }
    for (SecretRef ref : refs) {
      if (client.status(ref).version().isEmpty()) {
        throw new IllegalStateException(ref + " is not held.");
      }
    }
    return client;
  }

  /** Knows every secret, and keeps none. */
  private static final class AnySecret implements CiphertextSource {
    @Override
    public String project() {
      return FakeSource.PROJECT;
    }

    @Override
    public List<CiphertextAnswer> fetch(FetchRequest request) {
      List<CiphertextAnswer> answers = new ArrayList<>();
      request
          .queries()
          .forEach(
              query -> {
                var identity = new SecretIdentity(project(), query.name(), 1);
                var secret = new SealedSecret(identity, new byte[32], Instant.EPOCH);
                answers.add(new CiphertextAnswer.Sealed(secret));
              });
      return answers;
    }

    @Override
    public void close() {}
  }
}
