package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Components;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.Test;

class ExchangeTest {
  /** Returns an object that has some getters, and throws when anything else is called. */
  private static <T> T having(Class<T> type, Map<String, Object> getters) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Object value = getters.get(method.getName());
              if (value == null) {
                throw new IllegalStateException(method.getName());
              }
              return value;
            }));
  }

  /** A rotation can come upon a request that is answered at this moment. */
  @Test
  void execute_onceTheRequestIsGone_stillRuns() {
    Executor executor = Runnable::run;
    Map<String, Object> request = new HashMap<>();
    request.put(
        "getComponents",
        having(
            Components.class,
            Map.of("getExecutor", executor, "getScheduler", new ScheduledExecutorScheduler())));
    var exchange =
        new Exchange(
            having(Request.class, request), having(Response.class, Map.of()), Callback.NOOP);
    request.clear();

    var ran = new AtomicBoolean();
    exchange.execute(() -> ran.set(true));

    assertThat(ran).isTrue();
  }
}
