package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class RotationTest {
  private final FakeResolver resolver = new FakeResolver().with("a", "1").with("b", "x");
  private final List<String> seen = new ArrayList<>();
  private final List<SecretValue> values = new ArrayList<>();

  private SecretEnvironment environment(String raw) {
    return SecretEnvironment.builder()
        .environment(Map.of("X", raw))
        .role(ProcessRole.FLOW)
        .resolver(resolver)
        .build();
  }

  private void record(SecretValue value) {
    seen.add(value.reveal());
    values.add(value);
  }

  @Test
  void onRotation_eachNewValue_isGivenAndClosed() {
    Registration registration = environment("secret://a").onRotation("X", this::record);
    resolver.rotate("a", "2");
    resolver.rotate("b", "y");
    resolver.rotate("a", "3");
    registration.close();
    registration.close();
    resolver.rotate("a", "4");

    assertThat(seen).containsExactly("2", "3");
    assertThat(values).allSatisfy(SecretValueTest::assertClosed);
    assertThat(resolver.listeners()).isZero();
  }

  @Test
  void onRotation_template_givesTheWholeText() {
    environment("${secret://a}-${secret://b}-${secret://a?optional}").onRotation("X", this::record);
    resolver.rotate("a", "2");
    resolver.rotate("b", "y");

    assertThat(seen).containsExactly("2-x-2", "2-y-2");
  }

  @Test
  void onRotation_listenerThrows_isToldAgainAndItsValueClosed() {
    environment("secret://a")
        .onRotation(
            "X",
            value -> {
              record(value);
              throw new IllegalStateException("listener");
            });
    environment("secret://a").onRotation("X", this::record);
    resolver.rotate("a", "2");
    resolver.rotate("a", "3");

    assertThat(seen).containsExactly("2", "2", "3", "3");
    assertThat(values).allSatisfy(SecretValueTest::assertClosed);
    assertThat(resolver.thrownByListeners).hasSize(2);
  }

  @Test
  void onRotation_optionalGone_isNotTold() {
    environment("secret://a?optional").onRotation("X", this::record);
    resolver.remove("a");
    resolver.rotate("a", "2");

    assertThat(seen).containsExactly("2");
    assertThat(resolver.thrownByListeners).isEmpty();
  }

  @Test
  void onRotation_plain_needsNoResolver() {
    SecretEnvironment plain = SecretEnvironment.builder().environment(Map.of("X", "plain")).build();

    plain.onRotation("X", this::record).close();

    assertThat(seen).isEmpty();
  }

  @Test
  void onRotation_oneReferenceFails_leavesNoneRegistered() {
    resolver.failing("b", new SecretUnavailableException("Down.", "Wait."));
    SecretEnvironment environment = environment("${secret://a}${secret://b}");

    assertThatThrownBy(() -> environment.onRotation("X", this::record))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("X: Down. Wait.");
    assertThat(resolver.listeners()).isZero();
  }

  @Test
  void close_whileTheValueIsFetched_callsNobody() {
    Registration registration = environment("secret://a").onRotation("X", this::record);
    resolver.beforeResolving = registration::close;
    resolver.rotate("a", "2");

    assertThat(resolver.resolved).hasSize(1);
    assertThat(resolver.handedOut).allSatisfy(SecretValueTest::assertClosed);
    assertThat(seen).isEmpty();
  }

  @Test
  void close_insideTheListener_endsIt() {
    AtomicReference<@Nullable Registration> registration = new AtomicReference<>();
    registration.set(
        environment("secret://a")
            .onRotation(
                "X",
                value -> {
                  record(value);
                  Registration own = registration.get();
                  if (own != null) {
                    own.close();
                  }
                }));
    resolver.rotate("a", "2");
    resolver.rotate("a", "3");

    assertThat(seen).containsExactly("2");
  }

  @Test
  @Timeout(10)
  void onRotation_twoReferencesAtOnce_callsOneAtATimeAndNoneAfterClose() throws Exception {
    var inside = new CountDownLatch(1);
    var leave = new CountDownLatch(1);
    var calls = new AtomicInteger();
    Registration registration =
        environment("${secret://a}${secret://b}")
            .onRotation(
                "X",
                value -> {
                  calls.incrementAndGet();
                  inside.countDown();
                  try {
                    leave.await(5, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    var first = new Thread(() -> resolver.rotate("a", "2"));
    var second = new Thread(() -> resolver.rotate("b", "y"));
    first.start();
    inside.await();
    second.start();
    while (second.getState() != Thread.State.BLOCKED) {
      Thread.onSpinWait();
    }
    int fetched = resolver.resolved.size();
    registration.close();
    leave.countDown();
    first.join();
    second.join();

    assertThat(calls).hasValue(1);
    assertThat(resolver.resolved).hasSize(fetched);
  }
}
