package dev.latchkey.testing.http;

import static dev.latchkey.testing.http.Asking.ask;
import static dev.latchkey.testing.http.Asking.hold;
import static dev.latchkey.testing.http.Asking.newest;
import static dev.latchkey.testing.http.Asking.read;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.HttpSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManyThreadsTest {
  private static final int WRITERS = 4;
  private static final int READERS = 4;
  private static final int ROUNDS = 50;
  private static final long LAST = WRITERS * ROUNDS + 1;

  private final Set<Thread> before = Thread.getAllStackTraces().keySet();
  private final FakeSecretService service = FakeSecretService.start();
  private final HttpSource source = service.source().build();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    threads.shutdownNow();
    source.close();
    service.close();
  }

  @Test
  void use_byManyThreads_losesNothing() throws Exception {
    List<Future<Set<Long>>> writing = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writing.add(threads.submit(this::write));
    }
    List<Future<?>> reading = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      reading.add(threads.submit(this::follow));
    }
    Set<Long> versions = new HashSet<>();
    for (Future<Set<Long>> writer : writing) {
      versions.addAll(writer.get(60, SECONDS));
    }
    service.put("my-secret", "last");
    for (Future<?> reader : reading) {
      reader.get(60, SECONDS);
    }
    assertThat(versions).as("no version is given twice").hasSize(WRITERS * ROUNDS);
    assertThat(read(service.client(), "secret://my-secret?version=" + LAST)).isEqualTo("last");
    assertThat(service.requests())
        .as("each fault is met once")
        .filteredOn(request -> request.fault().isPresent())
        .hasSize(WRITERS * ROUNDS);
  }

  private Set<Long> write() {
    Set<Long> versions = new HashSet<>();
    for (int i = 0; i < ROUNDS; i++) {
      versions.add(service.put("my-secret", "value-" + i));
      service.next(Fault.status(503));
      service.deny("db");
      service.allow("db");
    }
    return versions;
  }

  /** Reads versions up to the last, and until all faults are met. */
  private void follow() {
    long known = 0;
    while (known < LAST || !service.unusedFaults().isEmpty()) {
      try {
        if (ask(source, newest("my-secret")).get(0) instanceof CiphertextAnswer.Sealed sealed) {
          long version = sealed.secret().identity().version();
          assertThat(version).isGreaterThanOrEqualTo(known);
          known = version;
        }
      } catch (SecretUnavailableException e) {
        assertThat(e).hasMessageContaining("503");
      }
    }
  }

  @Test
  void close_whileThreadsUseIt_endsEachWithWhatIsAgreed() throws Exception {
    var started = new CountDownLatch(2);
    List<Future<?>> users =
        List.of(
            threads.submit(() -> untilClosed(() -> service.put("my-secret", "x"), started)),
            threads.submit(() -> untilClosed(service::rotateToken, started)));
    assertThat(started.await(10, SECONDS)).isTrue();
    service.close();
    for (Future<?> user : users) {
      user.get(10, SECONDS);
    }
  }

  private static void untilClosed(Runnable use, CountDownLatch started) {
    assertThatThrownBy(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                use.run();
                started.countDown();
              }
            })
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The service is closed.");
  }

  @Test
  void close_leavesNoThread() throws Exception {
    service.next(Fault.silent());
    Future<?> silent = threads.submit(() -> hold(source, newest("db")));
    service.awaitRequests(1);
    service.put("my-secret", "some-value");
    read(service.client(), "secret://my-secret");
    Future<?> held = threads.submit(() -> hold(source, newest("my-secret").withKnownVersion(1)));
    service.awaitRequests(3);
    Set<Thread> ours = new HashSet<>(Thread.getAllStackTraces().keySet());
    ours.removeAll(before);
    service.close();
    for (Future<?> request : List.of(silent, held)) {
      assertThatThrownBy(() -> request.get(10, SECONDS)).isInstanceOf(ExecutionException.class);
    }
    threads.shutdownNow();
    source.close();

    // OkHttp keeps those that it shares among all clients, for a minute.
    ours.removeIf(thread -> thread.getName().startsWith("OkHttp"));
    assertThat(ours).extracting(Thread::getName).anyMatch(name -> name.contains("MockWebServer"));
    for (Thread thread : ours) {
      thread.join(10_000);
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
  }
}
