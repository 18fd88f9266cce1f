package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FetcherTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final SecretRef ONE = SecretRef.parseShort("one");
  private static final SecretRef TWO = SecretRef.parseShort("two");

  private final Map<SecretRef, Outcome> held = new ConcurrentHashMap<>();
  private final ProcessKey key = new ProcessKey();
  private final AtomicInteger requests = new AtomicInteger();

  private Outcome.Value value() {
    return new Outcome.Value(key.seal(new byte[] {1}), 1, 0);
  }

  private Map<SecretRef, Outcome> answer(Map<SecretRef, Long> batch) {
    requests.incrementAndGet();
    Map<SecretRef, Outcome> loaded = new LinkedHashMap<>();
    batch.keySet().forEach(ref -> loaded.put(ref, value()));
    return loaded;
  }

  private Fetcher fetcher(
      Function<Map<SecretRef, Long>, Map<SecretRef, Outcome>> load,
      BiConsumer<SecretRef, Outcome> put) {
    return new Fetcher(load, held::get, put, Runnable::run, PATIENCE);
  }

  @Test
  void fetch_loadThrows_endsTheWaitAndKeepsNothing() {
    var broken = new AtomicBoolean(true);
    Fetcher fetcher =
        fetcher(
            batch -> {
              if (broken.get()) {
                throw new IllegalStateException("hunter2");
              }
              return answer(batch);
            },
            held::put);

    assertThatThrownBy(() -> fetcher.fetch(ONE))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("The fetch ended with an error of the client's own. Report it.");
    assertThat(held).isEmpty();

    broken.set(false);
    assertThat(fetcher.fetch(ONE).version).isEqualTo(1);
  }

  @Test
  void fetch_anAnswerIsLeftOut_endsItsWaitToo() {
    Fetcher fetcher =
        fetcher(
            batch -> {
              Map<SecretRef, Outcome> loaded = answer(batch);
              loaded.remove(ONE);
              return loaded;
            },
            held::put);

    assertThat(fetcher.fetchAll(List.of(ONE, TWO))).containsOnlyKeys(ONE);
  }

  @Test
  void fetch_publishThrowsForOne_harmsNoOther() {
    Fetcher fetcher =
        fetcher(
            this::answer,
            (ref, loaded) -> {
              if (ref.equals(ONE)) {
                throw new IllegalStateException("hunter2");
              }
              held.put(ref, loaded);
            });

    assertThat(fetcher.fetchAll(List.of(ONE, TWO))).containsOnlyKeys(ONE);
    assertThat(held).containsOnlyKeys(TWO);
  }

  @Test
  void fetch_executorEnds_saysClosed() {
    var fetcher =
        new Fetcher(
            this::answer,
            held::get,
            held::put,
            task -> {
              throw new RejectedExecutionException("hunter2");
            },
            PATIENCE);

    assertThatThrownBy(() -> fetcher.fetch(ONE))
        .isInstanceOf(SecretUnavailableException.class)
        .hasNoCause()
        .hasMessage("The secrets client is closed. Make another, or close it later.");
  }

  @Test
  void fetch_afterClose_saysClosedAndAsksNothing() {
    Fetcher fetcher = fetcher(this::answer, held::put);
    fetcher.close();

    assertThatThrownBy(() -> fetcher.fetch(ONE))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("The secrets client is closed. Make another, or close it later.");
    assertThat(requests).hasValue(0);
  }

  @Test
  void fetch_foundAfterItWasAnnounced_asksNothing() {
    held.put(ONE, value());

    assertThat(fetcher(this::answer, held::put).fetch(ONE)).isSameAs(held.get(ONE));
    assertThat(requests).hasValue(0);
  }

  @Test
  void fetchAll_noAnswer_waitsOnceAndNotOnceForEach() {
    Queue<Runnable> neverRun = new ArrayDeque<>();
    var fetcher =
        new Fetcher(this::answer, held::get, held::put, neverRun::add, Duration.ofMillis(500));
    List<SecretRef> refs =
        IntStream.range(0, 100).mapToObj(i -> SecretRef.parseShort("s" + i)).toList();

    long start = System.nanoTime();
    Map<SecretRef, SecretException> failures = fetcher.fetchAll(refs);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(failures).hasSize(100);
    assertThat(failures.get(refs.get(99)))
        .hasMessage(
            "No answer for 's99' within 500 ms."
                + " Try again later, or give the client a longer timeout.");
  }

  @Test
  void start_queuedMoreThanARequestHolds_goesIntoTheNextRequests() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    var fetcher = new Fetcher(this::answer, held::get, held::put, tasks::add, PATIENCE);
    for (int i = 0; i < 250; i++) {
      fetcher.start(SecretRef.parseShort("s" + i));
    }

    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }

    assertThat(held).hasSize(250);
    assertThat(requests).hasValue(3);
  }
}
