package dev.latchkey.client.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import dev.latchkey.client.Canary;
import dev.latchkey.client.RecordedLog;
import dev.latchkey.client.source.CiphertextAnswer.Denied;
import dev.latchkey.client.source.CiphertextAnswer.NotFound;
import dev.latchkey.client.source.CiphertextAnswer.Sealed;
import dev.latchkey.client.source.CiphertextAnswer.Unchanged;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSourceTest {
  private static final String TOKEN = "token-canary-c0ffee";
  private static final String BODY_CANARY = "body-canary-b0d1";
  private static final Duration AMPLE = Duration.ofSeconds(20);
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final CiphertextQuery DB = CiphertextQuery.newest(SecretName.parse("db"));
  private static final FetchRequest ONE = FetchRequest.of(List.of(DB), AMPLE);
  private static final String SEALED =
      "{\"name\":\"db\",\"status\":\"sealed\",\"version\":7,\"ciphertext\":\"AAEC\","
          + "\"createdAt\":\"2026-01-02T03:04:05.5Z\"}";

  private MockWebServer server;
  private HttpSource source;

  @BeforeEach
  void start() throws IOException {
    server = LoopbackServer.start();
    source = builder().build();
  }

  @AfterEach
  void stop() {
    source.close();
    server.close();
  }

  private HttpSource.Builder builder() {
    return HttpSource.builder(server.url("/").uri())
        .project("shop")
        .clock(Clock.fixed(NOW, ZoneOffset.UTC))
        .token(() -> TOKEN);
  }

  private String origin() {
    return "http://localhost:" + server.getPort();
  }

  private static MockResponse ok(String json) {
    return new MockResponse.Builder().body(json).build();
  }

  private static String secrets(String... secrets) {
    return "{\"secrets\":[" + String.join(",", secrets) + "]}";
  }

  private <E extends SecretException> E failure(Class<E> type) {
    E thrown = catchThrowableOfType(type, () -> source.fetch(ONE));
    assertThat(thrown).isExactlyInstanceOf(type).hasNoCause();
    return thrown;
  }

  @Test
  void fetch_manyQueries_speaksTheWire() throws Exception {
    server.enqueue(
        ok(
            secrets(
                SEALED,
                "{\"name\":\"My-Secret\",\"status\":\"unchanged\",\"version\":3}",
                "{\"name\":\"zz\",\"status\":\"not_found\"}",
                "{\"name\":\"yy\",\"status\":\"denied\",\"since\":{\"a\":[1,{}]}}")));
    var queries =
        List.of(
            DB.withKnownVersion(6),
            CiphertextQuery.pinned(SecretName.parse("MY-secret"), 3).withKnownVersion(3),
            CiphertextQuery.newest(SecretName.parse("zz")),
            CiphertextQuery.newest(SecretName.parse("yy")));

    var answers = source.fetch(new FetchRequest(queries, Duration.ofSeconds(5), AMPLE));

    var sealed = ((Sealed) answers.get(0)).secret();
    assertThat(sealed.identity()).hasToString("'db' version 7 in project 'shop'");
    assertThat(sealed.ciphertext()).containsExactly(0, 1, 2);
    assertThat(sealed.createdAt()).isEqualTo("2026-01-02T03:04:05.5Z");
    assertThat(answers.get(1)).isEqualTo(new Unchanged(3));
    assertThat(answers.get(2)).isInstanceOf(NotFound.class);
    assertThat(answers.get(3)).isInstanceOf(Denied.class);
    RecordedRequest request = server.takeRequest();
    assertThat(request.getRequestLine()).isEqualTo("POST /v1/projects/shop/ciphertexts HTTP/1.1");
    assertThat(request.getHeaders().values("Authorization")).containsExactly("Bearer " + TOKEN);
    assertThat(request.getHeaders().values("Accept-Encoding")).containsExactly("identity");
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/json");
    assertThat(request.getBody().utf8())
        .isEqualTo(
            "{\"secrets\":[{\"name\":\"db\",\"knownVersion\":6},"
                + "{\"name\":\"my-secret\",\"version\":3,\"knownVersion\":3},"
                + "{\"name\":\"zz\"},{\"name\":\"yy\"}],\"waitSeconds\":5}");
  }

  @ParameterizedTest
  @CsvSource({"/base,/base", "/base/,/base", "/a/b//,/a/b", "'',''"})
  void fetch_basePath_isKept(String path, String kept) throws Exception {
    server.enqueue(ok(secrets(SEALED)));
    URI base = URI.create(origin() + path);
    try (var other = HttpSource.builder(base).project("shop").token(() -> TOKEN).build()) {
      other.fetch(ONE);
    }
    assertThat(server.takeRequest().getTarget()).isEqualTo(kept + "/v1/projects/shop/ciphertexts");
  }

  @Test
  void fetch_again_reusesConnection() throws Exception {
    for (int i = 0; i < 3; i++) {
      server.enqueue(ok(secrets(SEALED)));
      source.fetch(ONE);
      assertThat(server.takeRequest().getExchangeIndex()).isEqualTo(i);
    }
  }

  @Test
  void fetch_pooledConnectionClosedByService_isSentAgain() {
    server.enqueue(
        new MockResponse.Builder()
            .body(secrets(SEALED))
            .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
            .build());
    server.enqueue(ok(secrets(SEALED)));
    source.fetch(ONE);
    assertThat(source.fetch(ONE)).hasSize(1);
  }

  static Stream<String> badBodies() {
    return Stream.of(
        "it is not a JSON object|",
        "it is not a JSON object|[]",
        "it is not well-formed JSON|" + BODY_CANARY,
        "it is not a JSON object|\"" + BODY_CANARY + "\"",
        "it has no secrets|{}",
        "its secrets are not a list|{\"secrets\":{}}",
        "its secrets are not a list|{\"secrets\":null}",
        "a secret in it is not an object|{\"secrets\":[null]}",
        "it has fewer secrets than were asked for|{\"secrets\":[]}",
        "it has more secrets than were asked for|" + secrets(SEALED, SEALED),
        "something follows its JSON|" + secrets(SEALED) + " {}",
        "it is not well-formed JSON|" + secrets(SEALED) + " " + BODY_CANARY,
        "it is not well-formed JSON|{\"secrets\":[" + SEALED + "],\"secrets\":[]}",
        "it is not well-formed JSON|" + secrets(SEALED.replace("{", "{\"name\":\"db\",")),
        "it is not well-formed JSON|" + secrets(SEALED.replace("{", "{\"n\\u0061me\":\"db\",")),
        "it is not well-formed JSON|{\"x\":{\"a\":1,\"a\":2}}",
        "it is not well-formed JSON|{\"x\":1,\"x\":1}",
        "it is not well-formed JSON|{\"x\":" + "[".repeat(40) + "]".repeat(40) + "}",
        "it is not well-formed JSON|" + secrets(SEALED).replace("\"status\"", "status"),
        "it is not well-formed JSON|" + secrets(SEALED).replace(":7", ":07"),
        "it is not well-formed JSON|" + secrets(SEALED).replace(":7", ":9223372036854775808"),
        "it is not well-formed JSON|" + secrets(SEALED).replace("]}", ""),
        "it is not well-formed JSON|" + secrets(SEALED).replace("]}", ",]}"),
        "it is not well-formed JSON|" + secrets(SEALED).replace("\"", "'"),
        "it is not well-formed JSON|/**/" + secrets(SEALED),
        "it is not well-formed JSON|" + secrets(SEALED).replace("sealed", "sea\nled"),
        "it is not well-formed JSON|" + secrets(SEALED) + "\0",
        "it is not in the order of the request|" + secrets(SEALED.replace("\"db\"", "\"dc\"")),
        "it is not in the order of the request|" + secrets(SEALED.replace("\"db\"", "\"d b\"")),
        "it is not in the order of the request|" + secrets(SEALED.replace("\"name\"", "\"n\"")),
        "a field in it is not text|" + secrets(SEALED.replace("\"db\"", "1")),
        "a field in it is not text|" + secrets(SEALED.replace("\"AAEC\"", "null")),
        "a version in it is not an integer|" + secrets(SEALED.replace(":7", ":7.0")),
        "a version in it is not an integer|" + secrets(SEALED.replace(":7", ":\"7\"")),
        "a version in it is below 1|" + secrets(SEALED.replace(":7", ":0")),
        "a version in it is below 1|" + secrets(SEALED.replace(":7", ":-7")),
        "a secret in it has no version|" + secrets(SEALED.replace("\"version\"", "\"v\"")),
        "a secret in it has no known status|" + secrets(SEALED.replace("sealed", "Sealed")),
        "a secret in it has no known status|" + secrets("{\"name\":\"db\"}"),
        "it says unchanged of a version that is not the known one|"
            + secrets("{\"name\":\"db\",\"status\":\"unchanged\",\"version\":7}"),
        "a sealed secret in it has no ciphertext or no time|"
            + secrets(SEALED.replace("ciphertext", "c")),
        "a sealed secret in it has no ciphertext or no time|"
            + secrets(SEALED.replace("createdAt", "c")),
        "a time in it is not one of RFC 3339|"
            + secrets(SEALED.replace("2026-01-02", "2026-13-02")),
        "a time in it is not one of RFC 3339|" + secrets(SEALED.replace("2026-01-02", "yesterday")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "AAE")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "AA EC=AA")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "AAE\\n")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "AB==")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "AAF=")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "A===")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "AA_-")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "AAE\u00e9")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "AAE=AAEC")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "AAEC====")),
        "a ciphertext in it is not base64|" + secrets(SEALED.replace("AAEC", "=")),
        "a ciphertext in it is over the limit|"
            + secrets(SEALED.replace("AAEC", "AAAA".repeat(380_000))));
  }

  @ParameterizedTest
  @MethodSource("badBodies")
  void fetch_badBody_isProtocolFailure(String reasonAndBody) {
    int split = reasonAndBody.indexOf('|');
    server.enqueue(ok(reasonAndBody.substring(split + 1)));
    assertThat(failure(SecretProtocolException.class))
        .hasMessage(
            "The answer of "
                + origin()
                + " is not valid: "
                + reasonAndBody.substring(0, split)
                + ". Check that LATCHKEY_SOURCE is the address of a secrets service, and that"
                + " nothing between changes its answers.");
  }

  @Test
  void fetch_bodyNotUtf8_isProtocolFailure() {
    String json = secrets(SEALED.replace("createdAt", "created\u00e9"));
    server.enqueue(
        new MockResponse.Builder().body(new Buffer().writeString(json, ISO_8859_1)).build());
    assertThat(failure(SecretProtocolException.class))
        .hasMessageContaining("it is not well-formed JSON");
  }

  @Test
  void fetch_answersInOtherOrder_isProtocolFailure() {
    String zz = "{\"name\":\"zz\",\"status\":\"not_found\"}";
    server.enqueue(ok(secrets(zz, SEALED)));
    var queries = List.of(DB, CiphertextQuery.newest(SecretName.parse("zz")));
    assertThatThrownBy(() -> source.fetch(FetchRequest.of(queries, AMPLE)))
        .isInstanceOf(SecretProtocolException.class)
        .hasMessageContaining("it is not in the order of the request");
  }

  @Test
  void fetch_otherVersionThanPinned_isProtocolFailure() {
    var pinned = List.of(CiphertextQuery.pinned(DB.name(), 6).withKnownVersion(7));
    String unchanged = "{\"name\":\"db\",\"status\":\"unchanged\",\"version\":7}";
    for (String secret : List.of(SEALED, unchanged)) {
      server.enqueue(ok(secrets(secret)));
      assertThatThrownBy(() -> source.fetch(FetchRequest.of(pinned, AMPLE)))
          .isInstanceOf(SecretProtocolException.class)
          .hasMessageContaining("it has another version than was asked for");
    }
  }

  static Stream<List<String>> statuses() {
    String protocol = "SecretProtocolException";
    String unavailable = "SecretUnavailableException";
    String service = "Check that LATCHKEY_SOURCE is the address of a secrets service.";
    return Stream.of(
        List.of(
            "204",
            protocol,
            "ORIGIN answered with status 204, which is not part of the" + " protocol. " + service),
        List.of(
            "205",
            protocol,
            "ORIGIN answered with status 205, which is not part of the protocol. " + service),
        List.of(
            "400",
            protocol,
            "ORIGIN answered with status 400, which is not part of the" + " protocol. " + service),
        List.of(
            "409",
            protocol,
            "ORIGIN answered with status 409, which is not part of the" + " protocol. " + service),
        List.of(
            "407",
            protocol,
            "ORIGIN answered with status 407, which is not part of the protocol. " + service),
        List.of(
            "413",
            "SecretValueException",
            "The answer of ORIGIN is over 2097152 bytes. Check that LATCHKEY_SOURCE is the address"
                + " of a secrets service, and that no secret is over the limit."),
        List.of("408", unavailable, "ORIGIN answered with status 408. Try again later."),
        List.of(
            "418",
            protocol,
            "ORIGIN answered with status 418, which is not part of the protocol. " + service),
        List.of(
            "421",
            protocol,
            "ORIGIN answered with status 421, which is not part of the protocol. " + service),
        List.of(
            "401",
            "SecretUnauthenticatedException",
            "ORIGIN does not accept the token of this"
                + " process. It may have expired: issue a new one, and set LATCHKEY_TOKEN or"
                + " LATCHKEY_TOKEN_FILE."),
        List.of(
            "403",
            "SecretAccessDeniedException",
            "The token of this process may not read"
                + " secrets of project 'shop' at ORIGIN. Issue a process token for that project."),
        List.of(
            "404",
            "SecretProtocolException",
            "ORIGIN has no project 'shop', or serves no"
                + " secrets at that address. Check LATCHKEY_PROJECT, and the path in"
                + " LATCHKEY_SOURCE."),
        List.of(
            "429",
            unavailable,
            "ORIGIN answered with status 429. It asks for fewer requests:" + " try again later."),
        List.of("500", unavailable, "ORIGIN answered with status 500. Try again later."),
        List.of("502", unavailable, "ORIGIN answered with status 502. Try again later."),
        List.of("503", unavailable, "ORIGIN answered with status 503. Try again later."));
  }

  @Test
  void localhost_isOneAddress() throws Exception {
    assertThat(HttpExchange.onThisMachine("LocalHost"))
        .extracting(InetAddress::getHostAddress)
        .containsExactly("127.0.0.1");
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void fetch_status_isTold(List<String> expected) {
    int code = Integer.parseInt(expected.get(0));
    String body =
        code == 204 || code == 205 ? "" : "{\"code\":3,\"message\":\"" + BODY_CANARY + "\"}";
    server.enqueue(new MockResponse.Builder().code(code).body(body).build());
    SecretException thrown = catchThrowableOfType(SecretException.class, () -> source.fetch(ONE));
    assertThat(thrown.getClass().getSimpleName()).isEqualTo(expected.get(1));
    assertThat(thrown).hasNoCause().hasMessage(expected.get(2).replace("ORIGIN", origin()));
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 302, 303, 304, 307, 308})
  void fetch_redirect_isNotFollowed(int code) throws Exception {
    try (MockWebServer other = LoopbackServer.start()) {
      server.enqueue(
          new MockResponse.Builder()
              .code(code)
              .setHeader("Location", other.url("/v1/projects/shop/ciphertexts"))
              .build());
      assertThat(failure(SecretProtocolException.class))
          .hasMessage(
              origin()
                  + " answered with a redirect (status "
                  + code
                  + "), which is not followed. Set LATCHKEY_SOURCE to the address where the service"
                  + " itself is.");
      assertThat(other.getRequestCount()).isZero();
      assertThat(server.getRequestCount()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "120, 120",
    "3600, 3600",
    "3601, 3600",
    "100000000000, 3600",
    "99999999999999999999999, 3600",
    "-5, 0",
    "-99999999999999999999999, 0",
    "'Sun, 01 Mar 2026 12:01:30 GMT', 90",
    "'Sun, 01 Mar 2026 11:00:00 GMT', 0",
    "'Sun, 01 Mar 2099 11:00:00 GMT', 3600",
    "soon,",
    "1.5,",
    "'',",
  })
  void fetch_retryAfter_isReadAndClamped(String header, Long seconds) {
    var expected = Optional.ofNullable(seconds).map(Duration::ofSeconds);
    for (int code : new int[] {408, 429, 503}) {
      server.enqueue(
          new MockResponse.Builder().code(code).addHeader("Retry-After", header).build());
      assertThat(failure(SecretUnavailableException.class).retryAfter()).isEqualTo(expected);
    }
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  /** OkHttp reads the header of these two as an int. */
  @ParameterizedTest
  @ValueSource(ints = {408, 503})
  void fetch_retryAfterOverAnInt_isClampedAndEndsNoThread(int code) {
    server.enqueue(
        new MockResponse.Builder().code(code).addHeader("Retry-After", "2147483648").build());
    List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
    try {
      assertThat(failure(SecretUnavailableException.class).retryAfter())
          .contains(Duration.ofHours(1));
    } finally {
      source.close();
      Thread.setDefaultUncaughtExceptionHandler(null);
    }
    assertThat(uncaught).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "GZIP", "deflate, identity"})
  void fetch_compressed_isRefused(String encoding) {
    server.enqueue(
        new MockResponse.Builder()
            .body(secrets(SEALED))
            .setHeader("Content-Encoding", encoding)
            .build());
    assertThat(failure(SecretProtocolException.class))
        .hasMessageStartingWith(
            "The answer of "
                + origin()
                + " is not valid: it is compressed, though that was declined.");
  }

  static Stream<Buffer> notUtf8() {
    return Stream.of(
        new Buffer().writeUtf8("{\"x\":\"").writeByte(0xff).writeUtf8("\"}"),
        new Buffer().writeUtf8("{\"").writeByte(0xc3).writeUtf8("\":1}"),
        new Buffer().writeUtf8("\ufeff" + secrets(SEALED)),
        new Buffer().writeString(secrets(SEALED), UTF_16BE),
        new Buffer().writeString(secrets(SEALED), UTF_16LE));
  }

  @ParameterizedTest
  @MethodSource("notUtf8")
  void fetch_notUtf8_isProtocolFailure(Buffer body) {
    server.enqueue(new MockResponse.Builder().body(body).build());
    assertThat(failure(SecretProtocolException.class))
        .hasMessageContaining(" is not valid: it is not well-formed JSON. ");
  }

  /** What it is called adds nothing: it comes from the service, and is read as strictly. */
  @ParameterizedTest
  @ValueSource(strings = {"text/html", "application/json; charset=iso-8859-1", "nonsense"})
  void fetch_otherContentType_isTaken(String type) {
    server.enqueue(
        new MockResponse.Builder().body(secrets(SEALED)).setHeader("Content-Type", type).build());
    assertThat(source.fetch(ONE)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SSH-2.0-canary", "HTTP/1.1 abc", "HTTP/3.0 200 OK"})
  void fetch_answerThatIsNotHttp_isProtocolFailure(String status) {
    server.enqueue(new MockResponse.Builder().status(status).build());
    assertThat(failure(SecretProtocolException.class))
        .hasMessage(
            "The answer of "
                + origin()
                + " is not valid: it is not HTTP. Check that LATCHKEY_SOURCE is the address of a"
                + " secrets service, and that nothing between changes its answers.");
  }

  /** Never ends, and counts what is taken of it: the kernel's buffers hold a few MiB beyond. */
  private static final class Endless implements MockResponseBody {
    private static final int MOST = HttpExchange.MAX_BODY_BYTES + (16 << 20);

    private final CompletableFuture<Integer> taken = new CompletableFuture<>();

    @Override
    public long getContentLength() {
      return -1;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      byte[] chunk = " ".repeat(1 << 16).getBytes(UTF_8);
      int count = 0;
      try {
        for (; count < MOST; count += chunk.length) {
          sink.writeUtf8("10000\r\n").write(chunk).writeUtf8("\r\n").flush();
        }
      } finally {
        taken.complete(count);
      }
    }
  }

  @Test
  void fetch_endlessBody_isRefusedWithoutReadingOn() throws Exception {
    Endless body = new Endless();
    server.enqueue(
        new MockResponse.Builder().setHeader("Transfer-Encoding", "chunked").body(body).build());
    assertThat(failure(SecretValueException.class))
        .hasMessageStartingWith("The answer of " + origin() + " is over 2097152 bytes.");
    assertThat(body.taken.get(20, TimeUnit.SECONDS))
        .isBetween(HttpExchange.MAX_BODY_BYTES, Endless.MOST - 1);
  }

  @Test
  void fetch_endlessCompressedBody_isRefusedUnread() throws Exception {
    Endless body = new Endless();
    server.enqueue(
        new MockResponse.Builder()
            .setHeader("Transfer-Encoding", "chunked")
            .setHeader("Content-Encoding", "gzip")
            .body(body)
            .build());
    assertThat(failure(SecretProtocolException.class))
        .hasMessageContaining(" is not valid: it is compressed, though that was declined. ");
    assertThat(body.taken.get(20, TimeUnit.SECONDS)).isLessThan(Endless.MOST);
  }

  @Test
  void fetch_gzipBomb_isNotUnpacked() throws Exception {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(new byte[64 << 20]);
    }
    Buffer bomb = new Buffer().write(packed.toByteArray());
    server.enqueue(new MockResponse.Builder().body(bomb).build());
    assertThat(failure(SecretProtocolException.class))
        .hasMessageContaining(" is not valid: it is not well-formed JSON. ");
  }

  @Test
  void fetch_oversizeBody_isRefused() {
    String large = secrets(SEALED) + " ".repeat(HttpExchange.MAX_BODY_BYTES);
    server.enqueue(ok(large));
    server.enqueue(new MockResponse.Builder().chunkedBody(large, 65536).build());
    for (int i = 0; i < 2; i++) {
      assertThat(failure(SecretValueException.class))
          .hasMessage(
              "The answer of "
                  + origin()
                  + " is over 2097152 bytes. Check that LATCHKEY_SOURCE is the address of a secrets"
                  + " service, and that no secret is over the limit.");
    }
    String atLimit =
        secrets(SEALED) + " ".repeat(HttpExchange.MAX_BODY_BYTES - secrets(SEALED).length());
    server.enqueue(new MockResponse.Builder().chunkedBody(atLimit, 65536).build());
    assertThat(source.fetch(ONE)).hasSize(1);
  }

  @Test
  void fetch_slowDrip_endsAtDeadline() {
    server.enqueue(
        new MockResponse.Builder()
            .body(secrets(SEALED))
            .throttleBody(1, 50, TimeUnit.MILLISECONDS)
            .build());
    assertTimesOut();
  }

  @Test
  void fetch_noAnswer_endsAtDeadline() {
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    assertTimesOut();
  }

  private void assertTimesOut() {
    long start = System.nanoTime();
    assertThatThrownBy(() -> source.fetch(FetchRequest.of(List.of(DB), Duration.ofMillis(200))))
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasMessage(origin() + " did not answer within 200 ms. Try again later.")
        .hasNoCause();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(ms(150), ms(2000));
  }

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  @Test
  void fetch_truncated_isBrokenConnection() {
    server.enqueue(
        new MockResponse.Builder()
            .body(secrets(SEALED))
            .setHeader("Content-Length", 10_000)
            .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
            .build());
    assertBroken();
  }

  @Test
  void fetch_reset_isBrokenConnection() {
    // One more than once: a first break on a new connection may be tried again.
    for (int i = 0; i < 3; i++) {
      server.enqueue(
          new MockResponse.Builder()
              .onResponseBody(new SocketEffect.CloseSocket())
              .body(secrets(SEALED))
              .build());
    }
    assertBroken();
  }

  private void assertBroken() {
    assertThat(failure(SecretUnavailableException.class))
        .hasMessage(
            "The connection to "
                + origin()
                + " broke before the answer was complete."
                + " Try again later; at https if the service speaks TLS.");
  }

  @Test
  void fetch_nobodyListens_isRefused() throws Exception {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (var other = to("http://127.0.0.1:" + port)) {
      assertThatThrownBy(() -> other.fetch(ONE))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage(
              "The connection was refused by http://127.0.0.1:"
                  + port
                  + ". Check LATCHKEY_SOURCE, and that the service is running.")
          .hasNoCause();
    }
  }

  @Test
  void fetch_unknownHost_saysSo() {
    try (var other = to("https://no-such-host.invalid")) {
      assertThatThrownBy(() -> other.fetch(ONE))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage(
              "The host of https://no-such-host.invalid could not be resolved."
                  + " Check LATCHKEY_SOURCE, and the name service of this machine.")
          .hasNoCause();
    }
  }

  private static HttpSource to(String base) {
    return HttpSource.builder(URI.create(base)).project("shop").token(() -> TOKEN).build();
  }

  /** Stands for all that cannot be interrupted on the way to a connection, names first of all. */
  private static final class HangingRoutes extends ProxySelector {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    @Override
    public List<Proxy> select(URI uri) {
      asked.countDown();
      end.join(); // Which no interrupt ends.
      return List.of(Proxy.NO_PROXY);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {}
  }

  @Test
  void fetch_noWayToAConnection_endsAtDeadlineAndAtOnceWhenInterrupted() throws Exception {
    ProxySelector usual = ProxySelector.getDefault();
    var routes = new HangingRoutes();
    ProxySelector.setDefault(routes);
    try (var other = to("https://localhost:1")) {
      other.prepare();
      assertThatThrownBy(() -> other.fetch(FetchRequest.of(List.of(DB), ms(200))))
          .hasMessage("https://localhost:1 did not answer within 200 ms. Try again later.");
      assertThat(routes.asked.await(20, TimeUnit.SECONDS)).isTrue();
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> other.fetch(ONE))
          .hasMessageStartingWith("The thread was interrupted while it waited for https:");
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      routes.end.complete(null);
      ProxySelector.setDefault(usual);
    }
  }

  @Test
  void fetch_interruptedWhileWaiting_endsAtOnceAndKeepsFlag() throws Exception {
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    var outcome = new CompletableFuture<SecretException>();
    var flag = new CompletableFuture<Boolean>();
    var caller =
        new Thread(
            () -> {
              outcome.complete(
                  catchThrowableOfType(SecretException.class, () -> source.fetch(ONE)));
              flag.complete(Thread.currentThread().isInterrupted());
            });
    caller.start();
    server.takeRequest();
    long start = System.nanoTime();
    caller.interrupt();
    assertThat(outcome.get(5, TimeUnit.SECONDS))
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasMessageStartingWith("The thread was interrupted while it waited for " + origin());
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(ms(500));
    assertThat(flag.get(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void close_whileWaiting_endsTheWait() throws Exception {
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    var outcome =
        CompletableFuture.supplyAsync(
            () -> catchThrowableOfType(SecretException.class, () -> source.fetch(ONE)));
    server.takeRequest();
    source.close();
    assertThat(outcome.get(5, TimeUnit.SECONDS))
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasMessage(
            "The source of secrets at " + origin() + " is closed. Use it before it is closed.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com",
        "http://localhost.evil.com",
        "http://127.0.0.1.evil.com",
        "http://127.1",
        "http://0177.0.0.1",
        "http://0.0.0.0",
        "http://[::2]",
        "https://user:hunter2@example.com",
        "http://localhost@evil.com",
        "https://example.com?x=hunter2",
        "https://example.com#hunter2",
        "ftp://example.com",
        "example.com",
        "https:///path",
        "https:example.com",
        "https://my_host.example.com",
        "https://example.com:0",
        "https://example.com:65536",
      })
  void builder_addressWhereNoTokenMayGo_isRefused(String base) {
    assertThatThrownBy(() -> HttpSource.builder(URI.create(base)))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageStartingWith("The address of the secrets service ")
        .hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.com",
        "HTTPS://example.com:8443/base/",
        "http://localhost:1",
        "http://LOCALHOST",
        "http://127.0.0.1",
        "http://127.255.0.9:80",
        "http://[::1]:8080",
      })
  void builder_addressWhereTokenMayGo_isTaken(String base) {
    assertThat(to(base).project()).isEqualTo("shop");
  }

  @Test
  void build_incomplete_saysWhatIsMissing() {
    URI base = URI.create("https://example.com");
    assertThatThrownBy(() -> HttpSource.builder(base).token(() -> TOKEN).build())
        .hasMessage("The project of the secrets is missing. Set LATCHKEY_PROJECT.");
    assertThatThrownBy(() -> HttpSource.builder(base).project("shop").build())
        .hasMessage(
            "The token for the secrets service is missing."
                + " Set LATCHKEY_TOKEN or LATCHKEY_TOKEN_FILE.");
    assertThatThrownBy(() -> HttpSource.builder(base).project("a/b"))
        .isInstanceOf(SecretConfigurationException.class);
  }

  @Test
  void toString_showsAddressAndProject() {
    assertThat(source).hasToString("HttpSource[" + origin() + ", project=shop]");
  }

  @Test
  void canHold_isTrue() {
    assertThat(source.canHold()).isTrue();
  }

  @Test
  void everyFailure_neverShowsTokenOrBody() {
    Canary token = new Canary(TOKEN.getBytes(UTF_8));
    Canary body = new Canary(BODY_CANARY.getBytes(UTF_8));
    try (var log = new RecordedLog()) {
      List<MockResponse> responses = new ArrayList<>();
      for (int code : new int[] {200, 302, 400, 401, 403, 404, 429, 500}) {
        responses.add(new MockResponse.Builder().code(code).body(BODY_CANARY).build());
        responses.add(
            new MockResponse.Builder()
                .code(code)
                .body(BODY_CANARY)
                .setHeader("Content-Length", 999)
                .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
                .build());
      }
      responses.add(
          new MockResponse.Builder()
              .body(new Buffer().writeUtf8(BODY_CANARY))
              .status("HTTP/1.1 999 " + BODY_CANARY)
              .build());
      responses.add(new MockResponse.Builder().status(BODY_CANARY).build());
      for (MockResponse response : responses) {
        server.enqueue(response);
        var thrown = catchThrowableOfType(SecretException.class, () -> source.fetch(ONE));
        assertThat(thrown).isNotNull();
        assertThat(token.isIn(thrown) || body.isIn(thrown)).as("%s", thrown).isFalse();
      }
      assertThat(token.isIn(source.toString())).isFalse();
      assertThat(token.isIn(log.text())).isFalse();
      assertThat(log.text()).isNotEmpty();

      // The scan sees what is logged by anybody at any level.
      Logger.getLogger("okhttp3.OkHttpClient").log(Level.FINEST, TOKEN);
      assertThat(token.isIn(log.text())).isTrue();
    }
  }
}
