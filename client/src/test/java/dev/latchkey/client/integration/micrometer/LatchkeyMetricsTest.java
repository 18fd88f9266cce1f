package dev.latchkey.client.integration.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.BreakerState;
import dev.latchkey.client.FetchEvent;
import dev.latchkey.client.ListenerCalls;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LatchkeyMetricsTest {
  private static final SecretRef REF = SecretRef.parseShort("my-secret");
  private static final SecretRef OTHER = SecretRef.parseShort("other-secret");

  private final SecretUnavailableException down =
      new SecretUnavailableException("The source is down.", "Start it.");
  private final LatchkeyMetrics metrics = new LatchkeyMetrics();
  private final MeterRegistry registry = new SimpleMeterRegistry();

  /** Returns each measurement as {@code name{tag=value} STATISTIC number}. */
  private static List<String> measurements(MeterRegistry registry) {
    List<String> all = new ArrayList<>();
    for (Meter meter : registry.getMeters()) {
      String tags =
          meter.getId().getTags().stream()
              .map(tag -> tag.getKey() + "=" + tag.getValue())
              .collect(Collectors.joining(",", "{", "}"));
      for (Measurement each : meter.measure()) {
        if (each.getStatistic() != Statistic.MAX) { // It decays with time.
          all.add(
              meter.getId().getName() + tags + " " + each.getStatistic() + " " + each.getValue());
        }
      }
    }
    return all;
  }

  private double gauge(String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  private FetchEvent fetch(int tries) {
    return new FetchEvent(
        FetchEvent.Kind.WATCH, 1, tries, Duration.ofSeconds(1), Optional.of(down));
  }

  private static final List<String> OF_ALL_CALLS =
      List.of(
          "latchkey.fetch{kind=fetch,outcome=success} COUNT 1.0",
          "latchkey.fetch{kind=fetch,outcome=success} TOTAL_TIME 0.007",
          "latchkey.fetch{kind=refresh,outcome=SecretUnavailableException} COUNT 1.0",
          "latchkey.fetch{kind=refresh,outcome=SecretUnavailableException} TOTAL_TIME 10.0",
          "latchkey.fetch.retries{} COUNT 2.0",
          "latchkey.rotations{} COUNT 1.0",
          "latchkey.secrets.stale{} VALUE 0.0",
          "latchkey.secrets.withdrawn{} COUNT 1.0",
          "latchkey.rollbacks.refused{} COUNT 1.0",
          "latchkey.breaker.state{state=closed} VALUE 0.0",
          "latchkey.breaker.state{state=half_open} VALUE 1.0",
          "latchkey.breaker.state{state=open} VALUE 0.0");

  @Test
  void meters_afterEveryCall_areTheseAndNoOthers() {
    metrics.bindTo(registry);

    ListenerCalls.make(metrics);

    assertThat(measurements(registry)).containsExactlyInAnyOrderElementsOf(OF_ALL_CALLS);
    assertThat(registry.getMeters())
        .allSatisfy(meter -> assertThat(meter.getId().getDescription()).isNotEmpty());
  }

  @Test
  void meters_callsBeforeTheBinding_areTheSame() {
    ListenerCalls.make(metrics);

    metrics.bindTo(registry);

    assertThat(measurements(registry)).containsExactlyInAnyOrderElementsOf(OF_ALL_CALLS);
  }

  @Test
  void meters_nothingHappened_areThereButTheTimer() {
    metrics.bindTo(registry);

    assertThat(measurements(registry))
        .containsExactlyInAnyOrder(
            "latchkey.fetch.retries{} COUNT 0.0",
            "latchkey.rotations{} COUNT 0.0",
            "latchkey.secrets.stale{} VALUE 0.0",
            "latchkey.secrets.withdrawn{} COUNT 0.0",
            "latchkey.rollbacks.refused{} COUNT 0.0",
            "latchkey.breaker.state{state=closed} VALUE 1.0",
            "latchkey.breaker.state{state=half_open} VALUE 0.0",
            "latchkey.breaker.state{state=open} VALUE 0.0");
  }

  @Test
  void fetch_manyBeforeTheBinding_areCountedUpToAHundred() {
    for (int i = 0; i < 1000; i++) {
      metrics.fetched(fetch(3));
    }
    metrics.bindTo(registry);

    assertThat(registry.get("latchkey.fetch").timer().count()).isEqualTo(100);
    assertThat(registry.get("latchkey.fetch.retries").functionCounter().count()).isEqualTo(2000);
  }

  @Test
  void fetch_notSentAtAll_isNoRetry() {
    metrics.bindTo(registry);

    metrics.fetched(fetch(0));

    assertThat(registry.get("latchkey.fetch").tag("kind", "watch").timer().count()).isOne();
    assertThat(registry.get("latchkey.fetch.retries").functionCounter().count()).isZero();
  }

  @Test
  void fetch_severalRegistries_isInEachFromItsBindingOn() {
    MeterRegistry later = new SimpleMeterRegistry();
    metrics.fetched(fetch(1));
    metrics.bindTo(registry);
    metrics.fetched(fetch(1));
    metrics.bindTo(later);
    metrics.fetched(fetch(1));

    assertThat(registry.get("latchkey.fetch").timer().count()).isEqualTo(3);
    assertThat(later.get("latchkey.fetch").timer().count()).isOne();
  }

  @Test
  void stale_toldTwice_countsOnceUntilItEnds() {
    metrics.bindTo(registry);

    metrics.stale(REF, down);
    metrics.stale(REF, down);
    metrics.stale(OTHER, down);
    assertThat(gauge("latchkey.secrets.stale")).isEqualTo(2);

    metrics.renewed(REF);
    assertThat(gauge("latchkey.secrets.stale")).isEqualTo(1);

    metrics.withdrawn(OTHER, new SecretNotFoundException("There is none.", "Create it."));
    assertThat(gauge("latchkey.secrets.stale")).isZero();

    metrics.stale(REF, down);
    metrics.rotated(REF, 1, 2); // The newer version may be stale just as well.
    assertThat(gauge("latchkey.secrets.stale")).isEqualTo(1);
  }

  @Test
  void breaker_eachState_isOneAndTheOthersZero() {
    metrics.bindTo(registry);

    for (BreakerState state : BreakerState.values()) {
      metrics.breakerChanged(BreakerState.CLOSED, state);

      assertThat(gauge("latchkey.breaker.state", "state", "closed"))
          .isEqualTo(state == BreakerState.CLOSED ? 1 : 0);
      assertThat(gauge("latchkey.breaker.state", "state", "open"))
          .isEqualTo(state == BreakerState.OPEN ? 1 : 0);
      assertThat(gauge("latchkey.breaker.state", "state", "half_open"))
          .isEqualTo(state == BreakerState.HALF_OPEN ? 1 : 0);
    }
  }

  @Test
  void tags_ofTheCaller_areOnEachMeterAndTellClientsApart() {
    var shop = new LatchkeyMetrics(Tags.of("project", "shop"));
    var bank = new LatchkeyMetrics(Tags.of("project", "bank"));
    shop.bindTo(registry);
    bank.bindTo(registry);

    ListenerCalls.make(shop);
    ListenerCalls.make(bank);

    assertThat(registry.getMeters())
        .hasSize(20)
        .allSatisfy(
            meter ->
                assertThat(meter.getId().getTags())
                    .containsAnyOf(Tag.of("project", "shop"), Tag.of("project", "bank")));
    assertThat(registry.get("latchkey.rotations").tag("project", "bank").functionCounter().count())
        .isOne();
  }
}
