package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenersTest {
  private final List<String> calls = new ArrayList<>();

  /** A listener of which every method, whatever will be added, notes its call. */
  private SecretsListener recording(String name) {
    return (SecretsListener)
        Proxy.newProxyInstance(
            SecretsListener.class.getClassLoader(),
            new Class<?>[] {SecretsListener.class},
            (proxy, method, arguments) -> {
              calls.add(name + " " + method.getName() + " " + List.of(arguments));
              return null;
            });
  }

  private static SecretsListener throwing(Throwable thrown) {
    return (SecretsListener)
        Proxy.newProxyInstance(
            SecretsListener.class.getClassLoader(),
            new Class<?>[] {SecretsListener.class},
            (proxy, method, arguments) -> {
              throw thrown;
            });
  }

  @Test
  void calls_all_reachEachListenerInOrderAsTheyWere() {
    ListenerCalls.make(recording("one"));
    List<String> direct = List.copyOf(calls);
    calls.clear();

    ListenerCalls.make(Listeners.of(List.of(recording("one"), recording("two"))));

    List<String> expected = new ArrayList<>();
    for (String call : direct) {
      expected.add(call);
      expected.add(call.replaceFirst("one", "two"));
    }
    assertThat(calls).isEqualTo(expected).hasSize(2 * ListenerCalls.COUNT);
    assertThat(calls.stream().map(call -> call.split(" ", -1)[1]).distinct())
        .hasSize(SecretsListener.class.getDeclaredMethods().length);
  }

  @Test
  void calls_listenerThrows_reachTheOthersAndAreLoggedByClassAlone() {
    Listeners listeners =
        Listeners.of(
            List.of(
                throwing(new IllegalStateException("hunter2")),
                throwing(new NoClassDefFoundError("hunter2")),
                recording("last")));

    String log;
    try (var recorded = new RecordedLog()) {
      ListenerCalls.make(listeners);
      log = recorded.text();
    }

    assertThat(calls).hasSize(ListenerCalls.COUNT);
    assertThat(log.lines().filter(line -> line.contains(" threw ")))
        .hasSize(2 * ListenerCalls.COUNT)
        .allMatch(
            line ->
                line.matches(
                    ".+: The listener \\S*\\$Proxy[0-9]+ threw"
                        + " java\\.lang\\.(IllegalStateException|NoClassDefFoundError)\\."));
    assertThat(log).doesNotContain("hunter2");
  }

  @Test
  void calls_noListeners_doNothing() {
    ListenerCalls.make(Listeners.of(List.of()));

    assertThat(calls).isEmpty();
  }

  @Test
  void calls_listenerOverridesNothing_doNothing() {
    ListenerCalls.make(new SecretsListener() {});

    assertThat(calls).isEmpty();
  }
}
