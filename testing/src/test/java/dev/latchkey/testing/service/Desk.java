package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.client.source.HttpSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A running service, and how a person manages it. */
final class Desk implements AutoCloseable {
  static final String KEY = "test-api-key-0123456789";
  static final AdminKey ADMIN = AdminKey.of("user-1", KEY);

  static final String READ = "/v1/projects/shop/ciphertexts";
  static final String WATCH =
      "{\"secrets\":[{\"name\":\"my-secret\",\"knownVersion\":1}],\"waitSeconds\":60}";
  private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the caller's own HTTP client logs is not the service's. Held, else it is collected. */
  private static final java.util.logging.Logger CLIENT_LOG =
      java.util.logging.Logger.getLogger("jdk.internal.httpclient.debug");

  static {
    CLIENT_LOG.setLevel(java.util.logging.Level.OFF);
    // At DEBUG it logs what it receives.
    ((Logger) LoggerFactory.getLogger("org.eclipse.jetty")).setLevel(Level.INFO);
  }

  private final HttpClient http = HttpClient.newHttpClient();
  final LocalSecretsService service;

  private Desk(LocalSecretsService service) {
    this.service = service;
  }

  static Desk open(Path directory) {
    return open(directory, builder -> builder);
  }

  static Desk open(Path directory, UnaryOperator<LocalSecretsService.Builder> options) {
    var builder = LocalSecretsService.builder(directory).projects("shop", "other").admin(ADMIN);
    return new Desk(options.apply(builder).start());
  }

  /** An answer. */
  record Reply(int status, String text, HttpResponse<String> response) {
    JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Returns the status, and where it is an error its code: {@code 404/5}. */
    String outcome() {
      return status == 200 ? "200" : status + "/" + json().get("code");
    }

    String message() {
      return json().get("message").asText();
    }
  }

  HttpRequest.Builder request(
      String method, String path, @Nullable String authorization, @Nullable String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(service.address() + path))
            .timeout(Duration.ofSeconds(90))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    return request;
  }

  Reply send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString(UTF_8));
      return new Reply(response.statusCode(), response.body(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  Reply call(String method, String path, @Nullable String authorization, @Nullable String body) {
    return send(request(method, path, authorization, body));
  }

  /** Calls as the admin. */
  Reply admin(String method, String path, @Nullable String body) {
    return call(method, path, ADMIN.basic(), body);
  }

  /** Creates a secret, and returns its id. */
  String create(String name, String value) {
    Reply reply =
        admin(
            "POST",
            "/v1/projects/shop/secrets",
            JSON.createObjectNode().put("name", name).put("value", value).toString());
    assertThat(reply.outcome()).as(reply.text()).isEqualTo("200");
    return reply.json().get("id").asText();
  }

  void replace(String id, String value) {
    Reply reply =
        admin(
            "PUT",
            "/v1/projects/shop/secrets/" + id,
            JSON.createObjectNode().put("value", value).toString());
    assertThat(reply.outcome()).as(reply.text()).isEqualTo("200");
  }

  Reply mint(String... names) {
    Reply reply =
        admin(
            "POST",
            "/v1/projects/shop/process-tokens",
            "{\"role\":\"work\",\"app\":\"payments\",\"ttlSeconds\":3600,\"secrets\":["
                + List.of(names).stream()
                    .map(name -> '"' + name + '"')
                    .collect(Collectors.joining(","))
                + "]}");
    assertThat(reply.outcome()).as(reply.text()).isEqualTo("200");
    return reply;
  }

  /** Returns a token for some secrets. */
  String token(String... names) {
    return mint(names).json().get("token").asText();
  }

  HttpSource source(String token) {
    return HttpSource.builder(service.address()).project("shop").token(() -> token).build();
  }

  /** Has a process wait for news of my-secret, of which it has the first version. */
  CompletableFuture<Reply> held(String token) {
    CompletableFuture<Reply> reply =
        CompletableFuture.supplyAsync(() -> call("POST", READ, "Bearer " + token, WATCH));
    awaitWaiting(1);
    return reply;
  }

  /** Returns a connection whose reads end in time. */
  Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), service.address().getPort());
    socket.setSoTimeout(30_000);
    return socket;
  }

  /**
   * Returns the answer to a call whose body is sent late.
   *
   * @param headers each with its line end
   * @param between what happens once the head was looked at
   */
  String post(String path, String headers, String body, Runnable between) throws IOException {
    String head =
        """
        POST %s HTTP/1.1
        Host: %s
        Content-Type: application/json
        Connection: close
        Expect: 100-continue
        Content-Length: %d
        %s
        """
            .formatted(path, service.address().getAuthority(), body.length(), headers);
    try (Socket socket = connect()) {
      socket.getOutputStream().write(head.replace("\n", "\r\n").getBytes(US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(CONTINUE.length()), US_ASCII))
          .isEqualTo(CONTINUE);
      between.run();
      socket.getOutputStream().write(body.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  /** Waits until so many requests are held. */
  void awaitWaiting(int count) {
    long start = System.nanoTime();
    while (service.waiting() < count) {
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(30));
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    service.close();
  }
}
