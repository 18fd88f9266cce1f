package dev.latchkey.client.integration.micrometer;

import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.client.BreakerState;
import dev.latchkey.client.FetchEvent;
import dev.latchkey.client.SecretsListener;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/**
 * Meters of a client, which is given this as a listener.
 *
 * <pre>{@code
 * latchkey.fetch             timer    requests to the source: kind = fetch, refresh or watch,
 *                                     outcome = success or the type of the failure
 * latchkey.fetch.retries     counter  how often a request was sent again
 * latchkey.rotations         counter  another version began to be served
 * latchkey.secrets.stale     gauge    references that are served though they could not be renewed
 * latchkey.secrets.withdrawn counter  values that ceased to be served
 * latchkey.rollbacks.refused counter  older versions that the source gave
 * latchkey.breaker.state     gauge    1 for the state that is, else 0: state = closed, open or
 *                                     half_open
 * }</pre>
 *
 * <p>No tag holds the name of a secret: there may be thousands, and a name may tell too much to who
 * sees a dashboard. {@link dev.latchkey.Secrets#report} and JDK Flight Recorder have the names.
 *
 * <p>It serves one client; what comes of two would be mixed up. It can be bound at any time: what
 * came before counts too, of the requests the first hundred, for the registry that is bound first.
 * Thread-safe.
 */
@SuppressWarnings("exports") // Who uses it has Micrometer.
public final class LatchkeyMetrics implements SecretsListener, MeterBinder {
  private static final int MAX_EARLY = 100;

  private final Tags tags;
  private final LongAdder retries = new LongAdder();
  private final LongAdder rotations = new LongAdder();
  private final LongAdder withdrawals = new LongAdder();
  private final LongAdder rollbacks = new LongAdder();
  private final Set<SecretRef> stale = ConcurrentHashMap.newKeySet();
  private volatile BreakerState breaker = BreakerState.CLOSED;

  /** Guarded by this, as is {@link #early}. */
  private final List<MeterRegistry> registries = new ArrayList<>();

  private final List<Request> early = new ArrayList<>();

  private record Request(String kind, String outcome, Duration duration) {}

  /** Makes meters without tags of the caller's. */
  public LatchkeyMetrics() {
    this(Tags.empty());
  }

  /**
   * Makes meters with some tags on each. Where a process has several clients, they have to differ.
   *
   * @param tags such as the project
   */
  public LatchkeyMetrics(Iterable<Tag> tags) {
    this.tags = Tags.of(tags);
  }

  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    count(registry, "latchkey.fetch.retries", "Requests to the source, sent again", retries);
    count(registry, "latchkey.rotations", "Other versions that began to be served", rotations);
    count(registry, "latchkey.secrets.withdrawn", "Values that ceased to be served", withdrawals);
    count(registry, "latchkey.rollbacks.refused", "Older versions that were refused", rollbacks);
    gauge(
        registry,
        "latchkey.secrets.stale",
        "References that are served though they could not be renewed",
        tags,
        metrics -> metrics.stale.size());
    for (BreakerState state : BreakerState.values()) {
      gauge(
          registry,
          "latchkey.breaker.state",
          "Whether the source is asked: 1 for the state that is, else 0",
          tags.and("state", lowerCase(state)),
          metrics -> metrics.breaker == state ? 1 : 0);
    }
    registries.add(registry);
    early.forEach(request -> record(registry, request));
    early.clear();
  }

  private void count(MeterRegistry registry, String name, String description, LongAdder counted) {
    FunctionCounter.builder(name, counted, LongAdder::sum)
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      Tags tags,
      ToDoubleFunction<LatchkeyMetrics> value) {
    Gauge.builder(name, this, value).description(description).tags(tags).register(registry);
  }

  private void record(MeterRegistry registry, Request request) {
    Timer.builder("latchkey.fetch")
        .description("Requests to the source, with their retries")
        .tags(tags.and("kind", request.kind(), "outcome", request.outcome()))
        .register(registry)
        .record(request.duration());
  }

  @Override
  public void fetched(FetchEvent event) {
    retries.add(Math.max(0, event.tries() - 1));
    String outcome =
        event.failure().map(failure -> failure.getClass().getSimpleName()).orElse("success");
    var request = new Request(lowerCase(event.kind()), outcome, event.duration());
    synchronized (this) {
      if (registries.isEmpty() && early.size() < MAX_EARLY) {
        early.add(request);
      }
      registries.forEach(registry -> record(registry, request));
    }
  }

  @Override
  public void rotated(SecretRef ref, long from, long to) {
    rotations.increment();
  }

  @Override
  public void stale(SecretRef ref, SecretException failure) {
    stale.add(ref);
  }

  @Override
  public void renewed(SecretRef ref) {
    stale.remove(ref);
  }

  @Override
  public void withdrawn(SecretRef ref, SecretException failure) {
    withdrawals.increment();
    stale.remove(ref);
  }

  @Override
  public void rollbackRefused(SecretName name, long version, long highest) {
    rollbacks.increment();
  }

  @Override
  public void breakerChanged(BreakerState from, BreakerState to) {
    breaker = to;
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
