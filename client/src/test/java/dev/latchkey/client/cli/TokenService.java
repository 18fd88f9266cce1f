package dev.latchkey.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretName;
import dev.latchkey.client.source.LoopbackServer;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;

/**
 * A secrets service that makes tokens for who has the admin key, and serves the secrets that a
 * token is for while it is in force. It answers as it is told, and keeps what it was asked.
 */
final class TokenService extends Dispatcher implements AutoCloseable {
  static final String KEY = "admin:lka_canary-c0ffee";

  private static final String PROJECT = "/v1/projects/default";
  private static final Pattern NAME = Pattern.compile("\"name\":\"([^\"]*)\"");

  /** What was asked, in order: method, path and, but for ciphertexts, body. */
  final List<String> asked = new CopyOnWriteArrayList<>();

  volatile int mintStatus = 200;
  volatile int renewStatus = 200;
  volatile int revokeStatus = 200;

  private volatile String held = "";
  private final CountDownLatch heldOne = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  private final Map<String, String> wishes = new ConcurrentHashMap<>();
  private final TinkSealer sealer;
  private final MockWebServer server;

  TokenService(Path keyset) throws IOException {
    sealer = TinkSealer.of(Keysets.read(keyset));
    server = LoopbackServer.start();
    server.setDispatcher(this);
  }

  String address() {
    return server.url("/").toString();
  }

  String origin() {
    return "http://localhost:" + server.getPort();
  }

  /** Returns how many tokens are in force. */
  int tokens() {
    return wishes.size();
  }

  /** Has renewals stay without an answer until this is closed. */
  void holdRenewals() {
    held = "PUT ";
  }

  /** Has reads stay without an answer until this is closed. */
  void holdReads() {
    held = "POST " + PROJECT + "/ciphertexts";
  }

  /** Has what is asked for first stay without an answer until it is released. */
  void holdMinting() {
    held = "POST " + PROJECT + "/process-tokens";
  }

  void release() {
    released.countDown();
  }

  /** Waits until a request is held. */
  void awaitHeld() {
    await(heldOne);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public MockResponse dispatch(RecordedRequest request) {
    String path = request.getUrl().encodedPath();
    String body = request.getBody() == null ? "" : request.getBody().utf8();
    boolean read = path.equals(PROJECT + "/ciphertexts");
    asked.add((request.getMethod() + " " + path + " " + (read ? "" : body)).strip());
    if (!held.isEmpty() && asked.get(asked.size() - 1).startsWith(held)) {
      heldOne.countDown();
      await(released);
    }
    String sender = request.getHeaders().get("Authorization");
    if (read) {
      return read(String.valueOf(sender), body);
    }
    String key = Base64.getEncoder().encodeToString(KEY.getBytes(UTF_8));
    if (!("Basic " + key).equals(sender)) {
      return status(401);
    }
    return switch (request.getMethod()) {
      case "POST" -> mint(body);
      case "PUT" -> renewStatus == 200 ? json(renewed(path)) : status(renewStatus);
      default -> revoke(path);
    };
  }

  private MockResponse mint(String body) {
    if (mintStatus != 200) {
      return status(mintStatus);
    }
    wishes.put("lkp_hunter2", body);
    return json(
        "{\"token\":\"lkp_hunter2\",\"id\":\"4-a\",\"expiresAt\":\"2026-03-01T12:00:00Z\"}");
  }

  private static String renewed(String path) {
    String id = path.substring(path.lastIndexOf('/') + 1);
    return "{\"id\":\"" + id + "\",\"expiresAt\":\"2026-03-02T12:00:00Z\"}";
  }

  private MockResponse revoke(String path) {
    if (revokeStatus != 200 || !path.endsWith("/4-a")) {
      return status(revokeStatus);
    }
    wishes.clear();
    return json("{}");
  }

  private MockResponse read(String sender, String body) {
    String wish = wishes.get(sender.replaceFirst("^Bearer ", ""));
    if (wish == null) {
      return status(401);
    }
    Matcher names = NAME.matcher(body);
    return json(
        names
            .results()
            .map(name -> secret(name.group(1), wish))
            .collect(Collectors.joining(",", "{\"secrets\":[", "]}")));
  }

  private String secret(String name, String wish) {
    if (!wish.contains("\"" + name + "\"")) {
      return "{\"name\":\"" + name + "\",\"status\":\"denied\"}";
    }
    if (name.equals("none")) {
      return "{\"name\":\"none\",\"status\":\"not_found\"}";
    }
    var identity = new SecretIdentity("default", SecretName.parse(name), 1);
    String sealed =
        Base64.getEncoder()
            .encodeToString(sealer.seal(identity, ("value-of-" + name).getBytes(UTF_8)));
    return "{\"name\":\""
        + name
        + "\",\"status\":\"sealed\",\"version\":1,\"createdAt\":\"2026-03-01T12:00:00Z\","
        + "\"ciphertext\":\""
        + sealed
        + "\"}";
  }

  private static MockResponse json(String body) {
    return new MockResponse.Builder().body(body).build();
  }

  private static MockResponse status(int code) {
    return new MockResponse.Builder().code(code).body(KEY).build();
  }

  @Override
  public void close() {
    released.countDown();
    server.close();
  }
}
