package dev.latchkey.testing.http;

import static dev.latchkey.testing.http.Asking.ask;
import static dev.latchkey.testing.http.Asking.hold;
import static dev.latchkey.testing.http.Asking.newest;
import static dev.latchkey.testing.http.Asking.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.client.SecretsClient;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.testing.LeakDetector;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nothing that a service says, or has others say, shows a value, the token or the key. */
class CanaryTest {
  private static final String VALUE = "canary \"v\\/alue\" ä€ 7f3a";

  private final FakeSecretService service = FakeSecretService.start();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Queue<String> shown = new ConcurrentLinkedQueue<>();
  private final LeakDetector leaks =
      new LeakDetector()
          .forbid("value", VALUE)
          .forbid("token", setting("LATCHKEY_TOKEN"))
          .forbid("key", key(setting("LATCHKEY_KEYSET")))
          .start();

  private String setting(String name) {
    return Objects.requireNonNull(service.settings().get(name));
  }

  private static byte[] key(String keyset) {
    Matcher value = Pattern.compile("\"value\":\\s*\"([^\"]+)\"").matcher(keyset);
    assertThat(value.find()).isTrue();
    byte[] message = Base64.getDecoder().decode(value.group(1));
    // The key is the end of a small message.
    return Arrays.copyOfRange(message, message.length - 32, message.length);
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    service.close();
    leaks.close();
  }

  private void show(Object text) {
    shown.add(String.valueOf(text));
  }

  private String allShown() {
    return String.join("\n", shown);
  }

  private void showFailure(Runnable use) {
    try {
      use.run();
    } catch (RuntimeException | Error e) {
      var trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      show(trace);
      return;
    }
    throw new AssertionError("It did not fail.");
  }

  private void showThreads() {
    Thread.getAllStackTraces().keySet().forEach(thread -> show(thread.getName()));
  }

  @Test
  void whatIsShown_holdsNoValueTokenOrKey() throws Exception {
    assertThat(shown).isEmpty();
    service.put("my-secret", VALUE);
    service.put("my-bytes", VALUE.getBytes(UTF_8));
    SecretsClient client = service.client();
    assertThat(read(client, "secret://my-secret")).isEqualTo(VALUE);
    threads.execute(
        () -> {
          try (HttpSource source = service.source().build()) {
            showFailure(() -> hold(source, newest("my-secret").withKnownVersion(1)));
          }
        });
    service.awaitRequests(2);
    showThreads();

    showFailure(() -> service.put("my_secret", VALUE));
    showFailure(() -> service.put("my-secret", VALUE.repeat(100_000)));
    showFailure(() -> service.put("my-secret", VALUE.repeat(100_000).getBytes(UTF_8)));
    showFailure(() -> service.put("my-secret", VALUE + "\ud800"));
    showFailure(() -> service.delete("db"));
    showFailure(service::trustManager);
    showFailure(() -> service.awaitRequests(1_000, Duration.ofMillis(1)));
    for (Fault fault :
        List.of(
            Fault.status(401),
            Fault.status(503),
            Fault.reset(),
            Fault.truncated(),
            Fault.notJson())) {
      service.fail(fault);
      show(fault);
      try (HttpSource source = service.source().build()) {
        showFailure(() -> ask(source, newest("my-bytes")));
        show(source);
      }
    }
    service.fail(Fault.damaged("my-bytes"));
    showFailure(() -> read(service.client(), "secret://my-bytes"));
    service.recover();
    misspeak();
    show(service);
    show(service.requests());
    show(service.unusedFaults());
    service.close();
    show(service);
    showFailure(() -> service.put("my-secret", VALUE));
    showFailure(service::client);

    assertThat(allShown())
        .as("it has been listened to")
        .contains("MockWebServer /127.0.0.1", "latchkey-http");
    leaks.check("what was shown", allShown());
  }

  /** Sends values and the token where none belong. */
  private void misspeak() throws Exception {
    String token = setting("LATCHKEY_TOKEN");
    URI address = URI.create(service.address() + "/v1/projects/test/ciphertexts");
    String escaped = VALUE.replace("\\", "\\\\").replace("\"", "\\\"");
    HttpClient http = HttpClient.newHttpClient();
    for (String body :
        new String[] {
          VALUE, "{\"" + escaped + "\":1}", "{\"secrets\":[{\"name\":\"" + escaped + "\"}]}", token
        }) {
      HttpRequest request =
          HttpRequest.newBuilder(address)
              .header("Authorization", "Bearer " + token)
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(body))
              .build();
      var response = http.send(request, BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(400);
      show(response.headers());
      show(response.body());
    }
  }

  @Test
  void control_whatIsShownOnPurpose_isFound() {
    String settings = service.settings().toString();
    assertThatThrownBy(() -> leaks.check("the settings", settings))
        .hasMessageContaining("token as it is in the settings")
        .hasMessageContaining("key in base64 in the settings");
    showFailure(
        () -> {
          throw new IllegalStateException(new IllegalArgumentException(VALUE));
        });
    assertThatThrownBy(() -> leaks.check("what was shown", allShown()))
        .hasMessage("Leaked: value as it is in what was shown");
  }

  @Test
  void control_whatTheServerLogs_isSeen() {
    service.put("my-secret", VALUE);
    LeakDetector control = new LeakDetector().forbid("control", "received request: POST").start();

    assertThat(read(service.client(), "secret://my-secret")).isEqualTo(VALUE);

    service.close();
    assertThatThrownBy(control::close).hasMessageContaining("control as it is in the log of ");
  }
}
