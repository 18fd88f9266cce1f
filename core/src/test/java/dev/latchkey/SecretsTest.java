package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.Secrets.Installation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class SecretsTest {
  private static SecretEnvironment environment(FakeResolver resolver) {
    return SecretEnvironment.builder()
        .environment(Map.of("X", "secret://a", "P", "plain"))
        .role(ProcessRole.FLOW)
        .resolver(resolver)
        .build();
  }

  private static SecretEnvironment environment(String value) {
    return environment(new FakeResolver().with("a", value));
  }

  @Test
  void notInstalled_isThisProcess() {
    assertThat(Secrets.env().keySet()).isEqualTo(System.getenv().keySet());
    assertThat(Secrets.find("NO_SUCH_VARIABLE_HERE")).isEmpty();
    assertThat(Secrets.get("PATH")).isEqualTo(System.getenv("PATH"));
  }

  @Test
  void installed_eachMethodIsThatOfTheEnvironment() {
    var resolver = new FakeResolver().with("a", "1");
    try (Installation installation = Secrets.install(environment(resolver))) {
      assertThat(installation).isNotNull();
      List<String> seen = new ArrayList<>();
      Secrets.prefetch();
      assertThat(Secrets.get("X")).isEqualTo("1");
      assertThat(Secrets.find("P")).hasValue("plain");
      assertThat(Secrets.env()).containsOnly(Map.entry("X", "1"), Map.entry("P", "plain"));
      try (SecretValue value = Secrets.value("X")) {
        assertThat(value.reveal()).isEqualTo("1");
      }
      try (var registration = Secrets.onRotation("X", value -> seen.add(value.reveal()))) {
        assertThat(registration).isNotNull();
        resolver.rotate("a", "2");
      }
      assertThat(seen).containsExactly("2");
      assertThat(Secrets.supplier("X").get()).isEqualTo("2");
      assertThat(Secrets.report().bindings()).hasSize(1);
    }
    assertThat(resolver.closes).isZero();
    assertThat(Secrets.find("X")).isEmpty();
  }

  @Test
  void install_nested_theLatestCounts() {
    Installation outer = Secrets.install(environment("outer"));
    Installation inner = Secrets.install(environment("inner"));
    assertThat(Secrets.get("X")).isEqualTo("inner");

    inner.close();
    assertThat(Secrets.get("X")).isEqualTo("outer");
    inner.close();
    assertThat(Secrets.get("X")).isEqualTo("outer");
    outer.close();
    assertThat(Secrets.find("X")).isEmpty();
  }

  @Test
  void close_outOfOrder_endsBothAndSaysWhereTheyWereMade() {
    Installation outer = Secrets.install(environment("outer"));
    Installation inner = Secrets.install(environment("inner"));

    assertThatThrownBy(outer::close).satisfies(SecretsTest::saysWhereBothWereMade);

    assertThat(Secrets.find("X")).isEmpty();
    inner.close();
    outer.close();
    assertThat(Secrets.find("X")).isEmpty();
  }

  private static void saysWhereBothWereMade(Throwable e) {
    assertThat(e)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "A later installation of secrets was still open, and is ended too: close them in"
                + " reverse order, and use installForThread where two threads install side by"
                + " side. The stack traces below tell where each was installed.");
    assertThat(e.getCause()).hasMessage("installed here").hasStackTraceContaining("SecretsTest");
    assertThat(e.getSuppressed()).hasSize(1);
    assertThat(e.getSuppressed()[0]).hasStackTraceContaining("SecretsTest");
  }

  private static Optional<String> inThread(Supplier<Optional<String>> read) throws Exception {
    var task = new FutureTask<>(read::get);
    new Thread(task).start();
    return task.get();
  }

  private static Optional<String> findX() {
    return Secrets.find("X");
  }

  @Test
  void installForThread_isSeenByTheThreadAndThoseItStartsAlone() throws Exception {
    ExecutorService running = Executors.newSingleThreadExecutor();
    try (Installation process = Secrets.install(environment("process"))) {
      assertThat(process).isNotNull();
      assertThat(running.submit(SecretsTest::findX).get()).hasValue("process");
      try (Installation outer = Secrets.installForThread(environment("outer"))) {
        assertThat(outer).isNotNull();
        Supplier<String> supplier = Secrets.supplier("X");
        try (Installation inner = Secrets.installForThread(environment("inner"))) {
          assertThat(inner).isNotNull();
          assertThat(findX()).hasValue("inner");
          assertThat(supplier.get()).isEqualTo("inner");
          assertThat(inThread(SecretsTest::findX)).hasValue("inner");
          assertThat(running.submit(SecretsTest::findX).get()).hasValue("process");
        }
        assertThat(findX()).hasValue("outer");
        assertThat(supplier.get()).isEqualTo("outer");
        try (Installation later = Secrets.install(environment("later"))) {
          assertThat(later).isNotNull();
          assertThat(findX()).hasValue("outer");
          assertThat(running.submit(SecretsTest::findX).get()).hasValue("later");
        }
      }
      assertThat(findX()).hasValue("process");
    } finally {
      running.shutdownNow();
    }
    assertThat(findX()).isEmpty();
  }

  @Test
  void installForThread_closedWhileAThreadItStartedLives_isGoneThereToo() throws Exception {
    ExecutorService started = Executors.newSingleThreadExecutor();
    try (Installation process = Secrets.install(environment("process"))) {
      assertThat(process).isNotNull();
      Installation installation = Secrets.installForThread(environment("thread"));
      assertThat(started.submit(SecretsTest::findX).get()).hasValue("thread");

      started.submit(installation::close).get();

      assertThat(started.submit(SecretsTest::findX).get()).hasValue("process");
      assertThat(findX()).hasValue("process");
      installation.close();
      assertThat(findX()).hasValue("process");
    } finally {
      started.shutdownNow();
    }
  }

  @Test
  void installForThread_closedByAStrangeThread_endsThatOneAlone() throws Exception {
    Installation outer = Secrets.installForThread(environment("outer"));
    try (Installation inner = Secrets.installForThread(environment("inner"))) {
      assertThat(inner).isNotNull();
      ExecutorService stranger = Executors.newSingleThreadExecutor();
      stranger
          .submit(
              () -> {
                try (Installation own = Secrets.installForThread(environment("own"))) {
                  assertThat(own).isNotNull();
                }
              })
          .get();
      stranger.shutdownNow();
      assertThat(findX()).hasValue("inner");
    }
    outer.close();
    assertThat(findX()).isEmpty();
  }

  @Test
  void installForThread_closedOutOfOrder_endsBothAndSaysWhereTheyWereMade() {
    Installation outer = Secrets.installForThread(environment("outer"));
    Installation inner = Secrets.installForThread(environment("inner"));
    assertThatThrownBy(outer::close).satisfies(SecretsTest::saysWhereBothWereMade);
    assertThat(findX()).isEmpty();
    inner.close();
    assertThat(findX()).isEmpty();
  }

  @Test
  void installForThread_manyThreads_neverSeeEachOthers() throws Exception {
    int threads = 8;
    var start = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      String mine = "mine-" + i;
      tasks.add(
          () -> {
            start.await();
            for (int round = 0; round < 500; round++) {
              try (Installation own = Secrets.installForThread(environment(mine))) {
                assertThat(own).isNotNull();
                assertThat(findX()).hasValue(mine);
              }
              assertThat(findX()).isEmpty();
            }
            return null;
          });
    }
    for (Future<Void> done : pool.invokeAll(tasks)) {
      done.get();
    }
    pool.shutdownNow();
  }
}
