package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.testing.service.Desk.Reply;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When a request that waits has the store looked at, and what becomes of it if a store fails. */
@Timeout(60)
class HoldTest {
  @TempDir Path directory;
  private final AtomicInteger looks = new AtomicInteger();
  private volatile String failing = "";
  private volatile boolean silent;
  private Desk desk;

  @BeforeEach
  void open() throws Exception {
    SecretStore store =
        DirectoryStore.open(Files.createDirectory(directory.resolve("store")), "shop");
    SecretStore watched =
        (SecretStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {SecretStore.class},
                (self, method, arguments) -> {
                  if (method.getName().equals("fetch")) {
                    looks.incrementAndGet();
                  }
                  if (method.getName().equals(failing)) {
                    throw new OutOfMemoryError("by the test");
                  }
                  if (method.getName().equals("fetch") && silent) {
                    return List.of();
                  }
                  try {
                    return method.invoke(store, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    desk = Desk.open(directory.resolve("data"), options -> options.stores(watched));
    desk.service.put("my-secret", "some-value");
  }

  @AfterEach
  void close() {
    desk.close();
  }

  private CompletableFuture<Reply> held() {
    CompletableFuture<Reply> reply = desk.held(desk.token("my-secret"));
    while (looks.get() < 2) { // Before it waits, and once it does.
      assertThat(reply).isNotDone();
      Thread.onSpinWait();
    }
    return reply;
  }

  @Test
  void changeOfAnotherSecret_isNotLookedAt() throws Exception {
    CompletableFuture<Reply> reply = held();

    desk.service.put("other", "some-value");
    assertThat(desk.service.waiting()).isOne();
    assertThat(reply).isNotDone();
    desk.service.put("my-secret", "other-value");

    assertThat(reply.get(20, TimeUnit.SECONDS).json().get("secrets").get(0).get("version").asInt())
        .isEqualTo(2);
    assertThat(looks).hasValue(3);
  }

  @Test
  void errorOfTheStore_endsTheRequest() throws Exception {
    CompletableFuture<Reply> reply = held();

    failing = "fetch";
    desk.service.put("my-secret", "other-value");

    assertThat(reply.get(20, TimeUnit.SECONDS).status()).isEqualTo(500);
    assertThat(desk.service.waiting()).isZero();
  }

  @Test
  void errorOfTheStore_onceTheBodyCame_endsTheRequest() throws Exception {
    String body = "{\"name\":\"another\",\"value\":\"some-value\"}";
    failing = "append";

    assertThat(
            desk.post("/v1/secrets", "Authorization: " + Desk.ADMIN.basic() + "\n", body, () -> {}))
        .startsWith("HTTP/1.1 500 ");
  }

  @Test
  void storeThatGivesTooFewAnswers_isAnError() {
    String token = "Bearer " + desk.token("my-secret");
    silent = true;
    String read = "{\"secrets\":[{\"name\":\"my-secret\"}]}";

    assertThat(desk.call("POST", Desk.READ, token, read).status()).isEqualTo(500);
  }
}
