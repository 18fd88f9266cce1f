package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Each call with each credential. */
class CredentialsTest {
  private static final String UNKNOWN = "401/16";
  private static final String FORBIDDEN = "403/7";

  private static final String READ = "{\"secrets\":[{\"name\":\"my-secret\"}]}";
  private static final String MINT =
      "{\"role\":\"flow\",\"app\":\"shop\",\"secrets\":[\"my-secret\"],\"ttlSeconds\":60}";

  @TempDir Path directory;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private @Nullable Desk opened;

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  private Desk open() {
    InstantSource ticking = () -> now.updateAndGet(instant -> instant.plusNanos(1_000));
    Clock clock = ticking.withZone(ZoneOffset.UTC);
    Desk desk = Desk.open(directory, builder -> builder.clock(clock));
    opened = desk;
    return desk;
  }

  /** A call, and what an admin and a process are answered. */
  private record Call(
      String method, String path, @Nullable String body, String admin, String process) {}

  private static List<Call> calls(String id, String token) {
    return List.of(
        new Call("GET", "/v1/projects/shop/secrets", null, "200", FORBIDDEN),
        new Call("GET", "/v1/projects/shop/secrets?type=SECRET_TYPE_X", null, "200", FORBIDDEN),
        new Call(
            "POST",
            "/v1/projects/shop/secrets",
            "{\"name\":\"my-secret\",\"value\":\"v\"}",
            "409/6",
            FORBIDDEN),
        new Call("GET", "/v1/projects/shop/secrets/" + id, null, "200", FORBIDDEN),
        new Call("PUT", "/v1/projects/shop/secrets/" + id, "{\"value\":\"v\"}", "200", FORBIDDEN),
        new Call("GET", "/v1/projects/shop/secrets/0123abcd", null, "404/5", FORBIDDEN),
        new Call("DELETE", "/v1/projects/shop/secrets/0123abcd", null, "404/5", FORBIDDEN),
        new Call("GET", "/v1/secrets", null, "200", FORBIDDEN),
        new Call("GET", "/v1/secrets/" + id, null, "200", FORBIDDEN),
        new Call("GET", "/v1/projects/shop", null, "200", FORBIDDEN),
        new Call("GET", "/v1/projects/none", null, "404/5", FORBIDDEN),
        new Call("GET", "/v1/memberships", null, "200", FORBIDDEN),
        new Call("POST", "/v1/projects/shop/process-tokens", MINT, "200", FORBIDDEN),
        new Call("POST", "/v1/projects/none/process-tokens", MINT, "404/5", FORBIDDEN),
        new Call(
            "POST",
            "/v1/projects/shop/process-tokens",
            MINT.replace("60", "0"),
            "400/3",
            FORBIDDEN),
        new Call("DELETE", "/v1/projects/other/process-tokens/" + token, null, "404/5", FORBIDDEN),
        new Call("POST", "/v1/projects/shop/ciphertexts", READ, FORBIDDEN, "200"),
        new Call("POST", "/v1/projects/other/ciphertexts", READ, FORBIDDEN, FORBIDDEN),
        new Call("POST", "/v1/projects/none/ciphertexts", READ, FORBIDDEN, FORBIDDEN),
        new Call("POST", "/v1/projects/shop/ciphertexts", "{}", FORBIDDEN, "400/3"),
        new Call("PATCH", "/v1/projects/shop/secrets", null, "405/12", "405/12"),
        new Call("GET", "/v1/projects/shop/ciphertexts", null, "405/12", "405/12"),
        new Call("GET", "/v1/nothing", null, "404/5", "404/5"),
        new Call("GET", "/v1/projects/shop/secrets/" + id + "/versions", null, "200", FORBIDDEN),
        new Call("POST", "/v1/projects/shop/secret-names", "{\"name\":\"x\"}", "200", FORBIDDEN),
        new Call("GET", "/v1/projects/shop/process-tokens", null, "200", FORBIDDEN),
        new Call(
            "PUT",
            "/v1/projects/shop/process-tokens/" + token,
            "{\"ttlSeconds\":60}",
            "200",
            FORBIDDEN),
        new Call(
            "PUT",
            "/v1/projects/other/process-tokens/" + token,
            "{\"ttlSeconds\":60}",
            "404/5",
            FORBIDDEN),
        new Call("GET", "/v1/audit", null, "200", FORBIDDEN),
        new Call("GET", "/v1/session", null, "200", FORBIDDEN),
        new Call("DELETE", "/v1/session", null, "200", FORBIDDEN),
        new Call("POST", "/", null, "404/5", "404/5"),
        new Call("GET", "/v1/secrets/../secrets", null, "404/5", "404/5"),
        new Call("GET", "/v1/projects/sh%6fp", null, "404/5", "404/5"));
  }

  @TestFactory
  Stream<DynamicTest> calls() {
    Desk desk = open();
    String id = desk.create("my-secret", "some-value");
    JsonNode revoked = desk.mint("my-secret").json();
    String expired = desk.token("my-secret");
    now.updateAndGet(instant -> instant.plusSeconds(3_600));
    JsonNode process = desk.mint("my-secret").json();
    desk.admin("DELETE", "/v1/projects/shop/process-tokens/" + text(revoked, "id"), null);

    Map<String, @Nullable String> unknown = new LinkedHashMap<>();
    unknown.put("none", null);
    unknown.put("wrong key", "Bearer " + Desk.KEY + "x");
    unknown.put("wrong key, Basic", basic("user-1:" + Desk.KEY + "x"));
    unknown.put("wrong user, Basic", basic("user-2:" + Desk.KEY));
    unknown.put("no colon, Basic", basic(Desk.KEY));
    unknown.put("not base64", "Basic ***");
    unknown.put("another scheme", "Digest " + Desk.KEY);
    unknown.put("empty", "");
    unknown.put("expired", "Bearer " + expired);
    unknown.put("revoked", "Bearer " + text(revoked, "token"));
    unknown.put("token, Basic", basic("user-1:" + text(process, "token")));
    unknown.put("digest of a token", "Bearer " + hash(text(process, "token")));

    Stream.Builder<DynamicTest> tests = Stream.builder();
    for (Call call : calls(id, text(process, "id"))) {
      unknown.forEach((who, header) -> tests.add(test(desk, call, who, header, UNKNOWN)));
      tests.add(test(desk, call, "admin", Desk.ADMIN.basic(), call.admin));
      tests.add(test(desk, call, "admin, Bearer", "bearer " + Desk.KEY, call.admin));
      tests.add(test(desk, call, "process", "Bearer " + text(process, "token"), call.process));
    }
    return tests.build();
  }

  private static DynamicTest test(
      Desk desk, Call call, String who, @Nullable String authorization, String expected) {
    return dynamicTest(
        call.method + " " + call.path + " as " + who,
        () ->
            assertThat(desk.call(call.method, call.path, authorization, call.body).outcome())
                .isEqualTo(expected));
  }

  private static String text(JsonNode json, String field) {
    return json.get(field).asText();
  }

  private static String basic(String text) {
    return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static String hash(String token) {
    return java.util.HexFormat.of().formatHex(RandomToken.digest(token));
  }

  @Test
  void contentTypeAndLengths_areChecked() {
    Desk desk = open();
    String path = "/v1/projects/shop/secrets";
    var form = desk.request("POST", path, Desk.ADMIN.basic(), "{}");
    form.setHeader("Content-Type", "text/plain");
    assertThat(desk.send(form).outcome()).isEqualTo("415/3");
    var zipped = desk.request("POST", path, Desk.ADMIN.basic(), "{}");
    zipped.header("Content-Encoding", "gzip");
    assertThat(desk.send(zipped).outcome()).isEqualTo("415/3");
    assertThat(desk.admin("POST", path, " ".repeat((2 << 20) + 1)).outcome()).isEqualTo("413/8");
    var chunked = desk.request("POST", path, Desk.ADMIN.basic(), "");
    chunked.POST(
        java.net.http.HttpRequest.BodyPublishers.ofInputStream(
            () -> new java.io.ByteArrayInputStream(new byte[3 << 20])));
    assertThat(desk.send(chunked).outcome()).isEqualTo("413/8");
    var headers = desk.request("GET", path, Desk.ADMIN.basic(), null);
    headers.header("X-Large", "x".repeat(20 << 10));
    assertThat(desk.send(headers).outcome()).isEqualTo("431/8");
  }

  @Test
  void methodThatIsNotServed_isToldWhichAre() {
    Desk desk = open();
    var reply = desk.admin("PATCH", "/v1/secrets", null);
    assertThat(reply.message()).isEqualTo("The method is GET or POST.");
    assertThat(reply.response().headers().firstValue("Allow")).contains("GET, POST");
  }
}
