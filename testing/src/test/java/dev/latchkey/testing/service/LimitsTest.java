package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients that break the rules are told, and that they hold nothing up. */
@Timeout(60)
class LimitsTest {
  private static final Duration BODY = Duration.ofSeconds(1);
  private static final Duration IDLE = Duration.ofMillis(500);

  @TempDir Path directory;
  private Desk desk;
  private final List<Socket> sockets = new ArrayList<>();

  @BeforeEach
  void open() {
    var limits = new Limits(2 << 20, 16 << 10, BODY, IDLE, 50);
    desk = Desk.open(directory, builder -> builder.limits(limits));
  }

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    desk.close();
  }

  private Socket connect() throws IOException {
    Socket socket = desk.connect();
    sockets.add(socket);
    return socket;
  }

  private Socket send(String request) throws IOException {
    Socket socket = connect();
    socket.getOutputStream().write(request.getBytes(US_ASCII));
    return socket;
  }

  /** Returns what comes until the service closes the connection. */
  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), US_ASCII);
  }

  private static String post(String headers) {
    return "POST /v1/secrets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
        + Desk.KEY
        + "\r\nContent-Type: application/json\r\n"
        + headers
        + "\r\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET /v1/secrets HTTP/1.1\r\n\r\n",
        "GET /v1/%2e%2e/secrets HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v1/a%2fb HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v1/secrets;x=/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "POST /v1/secrets HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        "POST /v1/secrets HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "GET /v1/secrets HTTP/9.1\r\nHost: localhost\r\n\r\n",
      })
  void request_thatIsNoneOfOurs_isAnErrorOfOurs(String request) throws Exception {
    String answer = rest(send(request));
    assertThat(answer).matches("(?s)HTTP/1.1 (4..|505) .*");
    assertThat(answer)
        .contains("Content-Type: application/json", "no-store", "{\"code\":")
        .doesNotContainIgnoringCase("jetty")
        .doesNotContain("Server:");
  }

  @Test
  void body_thatComesSlowly_isRefusedInTime() throws Exception {
    Socket socket = send(post("Content-Length: 1000000\r\n") + "{");
    ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor();
    try {
      // Each byte keeps the connection from being idle.
      var unused =
          trickle.scheduleAtFixedRate(() -> trickle(socket), 100, 100, TimeUnit.MILLISECONDS);

      assertThat(rest(socket))
          .startsWith("HTTP/1.1 408 ")
          .contains("{\"code\":4,\"message\":\"The body took over 1 s.\",");
    } finally {
      trickle.shutdownNow();
    }
  }

  @Test
  void heads_thatComeSlowly_holdNobodyUp() throws Exception {
    ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor();
    try {
      for (int i = 0; i < 60; i++) { // More than the connections that are served at a time.
        Socket socket = send("GET /v1/memberships HTTP/1.1\r\nHost: localhost\r\nX:");
        var unused =
            trickle.scheduleAtFixedRate(() -> trickle(socket), 100, 100, TimeUnit.MILLISECONDS);
      }

      assertThat(desk.admin("GET", "/v1/memberships", null).status()).isEqualTo(200);
      assertThat(rest(sockets.get(0))).isEmpty();
    } finally {
      trickle.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: evil.example\r\n",
        "Host: 127.0.0.1.evil.example:80\r\n",
        "Host: localhost\r\nOrigin: https://evil.example\r\n",
        "Host: localhost\r\nOrigin: null\r\n",
        "Host: localhost:80\r\nOrigin: http://localhost:81\r\n",
        "Host: localhost:80\r\nOrigin: https://localhost:80\r\n"
      })
  void pages_areToldNothing(String headers) throws Exception {
    String answer =
        rest(
            send(
                "GET /v1/memberships HTTP/1.1\r\nConnection: close\r\nAuthorization: Bearer "
                    + Desk.KEY
                    + "\r\n"
                    + headers
                    + "\r\n"));

    assertThat(answer).startsWith("HTTP/1.1 403 ").contains("not for other web pages");
    assertThat(Files.readAllLines(directory.resolve("audit.jsonl")))
        .singleElement()
        .asString()
        .endsWith(
            "\"caller\":\"unknown\",\"action\":\"unknown\",\"outcome\":\"denied\",\"status\":403}");
  }

  @Test
  void read_withALargeBody_isRefused() {
    desk.create("my-secret", "some-value");
    String read = "/v1/projects/shop/ciphertexts";

    assertThat(
            desk.call("POST", read, "Bearer " + desk.token("my-secret"), " ".repeat(65_537))
                .outcome())
        .isEqualTo("413/8");
  }

  private static void trickle(Socket socket) {
    try {
      socket.getOutputStream().write(' ');
    } catch (IOException e) {
      throw new UncheckedIOException(e); // It has been closed; this ends the repetition.
    }
  }

  @Test
  void connections_thatAreIdle_areClosed() throws Exception {
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      idle.add(connect());
    }
    // Most were not even accepted; all that are leave by and by.
    assertThat(desk.admin("GET", "/v1/memberships", null).status()).isEqualTo(200);
    assertThat(rest(idle.get(0))).isEmpty();
  }
}
