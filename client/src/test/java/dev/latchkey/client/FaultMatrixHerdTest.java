package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.client.FaultServer.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many readers and many names. The readers are 10 000 tasks on a pool of 500 threads: so many wait
 * at once for the first answer, and the others read what it brought.
 */
@Timeout(60)
class FaultMatrixHerdTest {
  private static final int THREADS = 500;
  private static final int READS = 10_000;
  private static final int NAMES = 100_000;

  /** The first try of a request, which is held, has half of it. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int STAYING = 64;
  private static final int STACK_BYTES = 128 << 10;

  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final ExecutorService pool = Executors.newFixedThreadPool(THREADS, small(threads));
  private final CountDownLatch answer = new CountDownLatch(1);

  private static ThreadFactory small(List<Thread> threads) {
    return task -> {
      var thread = new Thread(null, task, "reader", STACK_BYTES);
      thread.setDaemon(true);
      threads.add(thread);
      return thread;
    };
  }

  @AfterEach
  void endThreads() {
    pool.shutdownNow();
  }

  private List<Future<String>> startReads(FaultRig rig, Function<FaultRig, String> read) {
    var start = new CountDownLatch(1);
    List<Future<String>> reads = new ArrayList<>();
    for (int i = 0; i < READS; i++) {
      reads.add(
          pool.submit(
              () -> {
                start.await();
                return read.apply(rig);
              }));
    }
    start.countDown();
    return reads;
  }

  private static Map<String, Long> outcomes(List<Future<String>> reads) throws Exception {
    List<String> outcomes = new ArrayList<>();
    for (Future<String> read : reads) {
      outcomes.add(read.get());
    }
    return outcomes.stream().collect(Collectors.groupingBy(each -> each, Collectors.counting()));
  }

  private void holdAnswers(FaultRig rig, FaultServer.Fault fault) {
    rig.server.fault(
        (a, q) -> {
          if (!q.queries().isEmpty()) {
            answer.await();
          }
          fault.spoil(a, q);
        });
  }

  private void awaitWaiting() {
    FaultRig.until(
        () ->
            threads.stream().filter(t -> t.getState() == Thread.State.TIMED_WAITING).count()
                == THREADS);
  }

  private record Outcome(String name, FaultServer.Fault fault, int requests, String outcome) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Arguments> outcomes() {
    String denied = FaultServer.secrets(List.of(FaultServer.entry("my-secret", "denied", 0, "")));
    List<Outcome> outcomes =
        List.of(
            new Outcome("value", FaultServer.Fault.NONE, 1, FaultServer.value(FaultRig.VERSION)),
            new Outcome("denied", (a, q) -> a.body(denied), 1, "SecretAccessDeniedException"),
            new Outcome("404", (a, q) -> a.code(404), 1, "SecretProtocolException"),
            // Those who come after its four tries find the source left alone.
            new Outcome("503", (a, q) -> a.code(503), 4, "SecretUnavailableException"));
    return outcomes.stream()
        .flatMap(each -> Stream.of(Wire.values()).map(wire -> Arguments.of(each, wire)));
  }

  @ParameterizedTest(name = "10000 readers, {0} / {1} / cold")
  @MethodSource("outcomes")
  void get_coldHerd_isOneRequestAndOneOutcome(Outcome expected, Wire wire) throws Exception {
    try (var rig = new FaultRig(new FaultRig.Options(wire).timeout(PATIENCE))) {
      holdAnswers(rig, expected.fault);
      List<Future<String>> reads = startReads(rig, FaultMatrixHerdTest::valueOrFailure);
      awaitWaiting();
      FaultRig.until(() -> rig.requests() == 1);
      answer.countDown();

      assertThat(outcomes(reads)).containsExactly(Map.entry(expected.outcome, (long) READS));
      assertThat(rig.requests()).isEqualTo(expected.requests);
      rig.assertNothingShows();
    }
  }

  private static String valueOrFailure(FaultRig rig) {
    try {
      return rig.client.text(FaultRig.REF).get();
    } catch (SecretException e) {
      return e.getClass().getSimpleName();
    }
  }

  @ParameterizedTest(name = "10000 readers while it is refreshed / {0} / cached")
  @EnumSource
  void get_herdWhileRefreshed_isServedAtOnceByOneRequest(Wire wire) throws Exception {
    try (var rig = new FaultRig(new FaultRig.Options(wire).timeout(PATIENCE))) {
      rig.read();
      rig.server.put("my-secret", FaultRig.VERSION + 1);
      holdAnswers(rig, FaultServer.Fault.NONE);
      rig.time.advance(Duration.ofSeconds(60));
      FaultRig.until(() -> rig.requests() == 2);
      for (Function<FaultRig, String> read :
          List.<Function<FaultRig, String>>of(
              FaultRig::read, FaultMatrixHerdTest::valueOrFailure)) {
        assertThat(outcomes(startReads(rig, read)))
            .containsExactly(Map.entry(FaultServer.value(FaultRig.VERSION), (long) READS));
      }
      assertThat(rig.requests()).isEqualTo(2);
      assertThat(rig.status().state()).isEqualTo(SecretStatus.State.FRESH);

      answer.countDown();
      FaultRig.until(() -> rig.read().equals(FaultServer.value(FaultRig.VERSION + 1)));
      assertThat(rig.requests()).isEqualTo(2);
      rig.assertNothingShows();
    }
  }

  private static List<SecretRef> refs(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> SecretRef.parseShort("name-" + i)).toList();
  }

  private static FaultRig.Options bounded(int maxEntries) {
    return new FaultRig.Options(Wire.HTTP_1).maxEntries(maxEntries).timeout(PATIENCE);
  }

  @Test
  @DisplayName("100000 names / HTTP/1.1 / cold")
  void get_manyNames_holdsNoMoreThanItMay() {
    int maxEntries = 1_000;
    try (var rig = new FaultRig(bounded(maxEntries))) {
      List<SecretRef> all = refs(0, NAMES);
      all.forEach(ref -> rig.server.put(ref.name().canonical(), 1));
      assertThat(rig.client.prefetch(all.subList(0, STAYING))).isEmpty();
      assertThat(rig.client.prefetch(all.subList(STAYING, 1_000))).isEmpty();
      int threadsBefore = clientThreads();

      assertThat(rig.client.prefetch(all)).isEmpty();

      long held = all.stream().filter(ref -> isHeld(rig, ref)).count();
      assertThat(held).isBetween(maxEntries / 2L, (long) maxEntries);
      assertThat(clientThreads()).isLessThanOrEqualTo(Math.max(threadsBefore, MAX_THREADS));
      // The first ones are the bindings of a process, and stay.
      assertThat(all.subList(0, STAYING)).allMatch(ref -> isHeld(rig, ref));
      List<SecretRef> evicted =
          all.subList(STAYING, 1_000).stream().filter(ref -> !isHeld(rig, ref)).toList();
      assertThat(evicted).hasSizeGreaterThan(500);
      SecretRef early = evicted.get(0);
      rig.mark();
      assertThat(rig.client.text(early).get()).isEqualTo(FaultServer.value(1));
      assertThat(rig.requests()).isEqualTo(1);
      rig.assertNothingShows();
    }
  }

  /** Four for requests of ours, as many for OkHttp's, the timer and the listeners' one. */
  private static final int MAX_THREADS = 10;

  private static int clientThreads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().startsWith("latchkey-") || t.getName().startsWith("OkHttp h"))
            .count();
  }

  private static boolean isHeld(FaultRig rig, SecretRef ref) {
    return rig.client.status(ref).state() != SecretStatus.State.NOT_LOADED;
  }

  @Test
  @DisplayName("100000 names that there are not / HTTP/1.1 / cold")
  void get_manyMissingNames_keepsNoMoreThanAThousandRefusals() {
    try (var rig = new FaultRig(bounded(1_000))) {
      List<SecretRef> all = refs(0, NAMES);
      assertThat(rig.client.prefetch(all)).hasSize(NAMES);
      assertThat(rig.server.queries()).isEqualTo(NAMES);

      List<SecretRef> last = all.subList(NAMES - 5_000, NAMES);
      assertThat(rig.client.prefetch(last)).hasSize(last.size());
      assertThat(rig.server.queries()).isGreaterThanOrEqualTo(NAMES + last.size() - 1_000);
      int before = rig.server.queries();
      assertThat(rig.client.prefetch(List.of(all.get(0)))).hasSize(1);
      assertThat(rig.server.queries()).isEqualTo(before + 1);
      rig.assertNothingShows();
    }
  }
}
