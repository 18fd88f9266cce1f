package dev.latchkey.client;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretRef;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * A process that reads secrets on ten thousand virtual threads, while values are refreshed and
 * rotate. The one request for the first secret is not answered before all threads have asked for
 * it: where they share a carrier, one that is pinned to it would stop the process.
 */
final class VirtualReaders {
  private static final int READERS = 10_000;
  private static final int KEYS = 1_000;
  private static final int ROTATIONS = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final String PINNED = "jdk.VirtualThreadPinned";
  private static final Duration LONG_PINNED = Duration.ofMillis(20);

  private final CountDownLatch begun = new CountDownLatch(READERS);
  private final CountDownLatch rotated = new CountDownLatch(ROTATIONS);
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final AtomicInteger read = new AtomicInteger();

  private VirtualReaders() {}

  /** The argument is a directory for recordings. */
  public static void main(String[] args) throws Exception {
    Path scratch = Path.of(args[0]);
    long control =
        pinned(scratch.resolve("control.jfr"), () -> onVirtualThreads(1, i -> new Pinning().run()));
    var readers = new VirtualReaders();
    long pinned = pinned(scratch.resolve("readers.jfr"), readers::run);

    System.out.printf("%d readers read what they should%n", readers.read.get());
    System.out.printf("%d secrets were asked for once%n", readers.askedOnce());
    System.out.printf("%d were pinned, of the control %d%n", pinned, control);
  }

  private interface Task {
    void run() throws Exception;
  }

  private interface NumberedTask {
    void run(int number);
  }

  /** Returns how often a virtual thread was pinned for long while it waited. */
  private static long pinned(Path file, Task task) throws Exception {
    try (Recording recording = new Recording()) {
      recording.enable(PINNED).withThreshold(LONG_PINNED);
      recording.start();
      task.run();
      recording.stop();
      recording.dump(file);
    }
    // The client has events of its own, which each recording takes.
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals(PINNED))
            .toList();
    events.forEach(System.err::println);
    return events.size();
  }

  /** By reflection, since this is compiled for a Java without virtual threads. */
  private static void onVirtualThreads(int threads, NumberedTask task) throws Exception {
    var executor =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    for (int i = 0; i < threads; i++) {
      int number = i;
      executor.execute(() -> task.run(number));
    }
    executor.shutdown();
    if (!executor.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("The threads did not end.");
    }
  }

  /** Waits while its class is being initialized, which pins on every JDK. */
  private static final class Pinning implements Runnable {
    static {
      LockSupport.parkNanos(2 * LONG_PINNED.toNanos());
    }

    @Override
    public void run() {}
  }

  private void run() throws Exception {
    try (SecretsClient client =
        SecretsClient.builder(new Source(), secret -> secret.ciphertext().clone())
            .fresh(Duration.ofMillis(20))
            .timeout(PATIENCE)
            .build()) {
      SecretEnvironment environment =
          SecretEnvironment.builder()
              .environment(Map.of("COLD", "secret://cold", "ROTATING", "secret://rotating"))
              .role(ProcessRole.WORK)
              .resolver(client)
              .build();
      environment.onRotation("ROTATING", value -> rotated.countDown());
      onVirtualThreads(READERS, number -> read(environment, client, number));
      if (!rotated.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("There were no rotations.");
      }
    }
  }

  private void read(SecretEnvironment environment, SecretsClient client, int number) {
    begun.countDown();
    boolean right = environment.get("COLD").equals("cold");
    long last = 0;
    for (int i = 0; i < 10; i++) {
      right &= environment.get("COLD").equals("cold");
      long next = Long.parseLong(environment.get("ROTATING"));
      right &= next >= last;
      last = next;
    }
    String key = "key-" + number % KEYS;
    right &= client.text(SecretRef.parseShort(key)).get().equals(key);
    if (right) {
      read.incrementAndGet();
    }
  }

  private long askedOnce() {
    return asked.values().stream().filter(times -> times.get() == 1).count();
  }

  /** Gives each secret its name for a value, but one that has another value each time. */
  private final class Source implements CiphertextSource {
    private final AtomicLong rotations = new AtomicLong();

    @Override
    public String project() {
      return FakeSource.PROJECT;
    }

    @Override
    public List<CiphertextAnswer> fetch(FetchRequest request) {
      return request.queries().stream().map(this::answer).toList();
    }

    private CiphertextAnswer answer(CiphertextQuery query) {
      String name = query.name().canonical();
      if (name.equals("rotating")) {
        long version = rotations.incrementAndGet();
        return sealed(name, version, Long.toString(version));
      }
      if (query.knownVersion().isPresent()) {
        return new CiphertextAnswer.Unchanged(1);
      }
      asked.computeIfAbsent(name, each -> new AtomicInteger()).incrementAndGet();
      if (name.equals("cold")) {
        awaitReaders();
      }
      return sealed(name, 1, name);
    }

    private static CiphertextAnswer sealed(String name, long version, String value) {
      return new CiphertextAnswer.Sealed(
          FakeSource.sealed(name, version, value.getBytes(StandardCharsets.UTF_8)));
    }

    private void awaitReaders() {
      try {
        if (!begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          throw new IllegalStateException(begun.getCount() + " readers did not begin.");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {}
  }
}
