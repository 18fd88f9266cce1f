package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testing.service.Desk.Reply;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logging in at the page, and what a login is good for. */
class SessionsTest {
  private static final String KEY = "{\"userId\":\"user-1\",\"apiKey\":\"" + Desk.KEY + "\"}";
  private static final String WRONG = "{\"userId\":\"user-1\",\"apiKey\":\"wrong\"}";

  @TempDir Path directory;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private Desk desk;

  @BeforeEach
  void open() {
    InstantSource told = now::get;
    desk = Desk.open(directory, builder -> builder.clock(told.withZone(ZoneOffset.UTC)));
  }

  @AfterEach
  void close() {
    desk.close();
  }

  private void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }

  private Reply logIn(String body) {
    return desk.call("POST", "/v1/session", null, body);
  }

  private String code() {
    String link = desk.service.loginLink().toString();
    String start = desk.service.address() + "/#code=";
    assertThat(link).startsWith(start);
    return "{\"code\":\"" + link.substring(start.length()) + "\"}";
  }

  /** The two parts of a session. */
  private record Session(String cookie, String header) {}

  private Session session(String login) {
    Reply reply = logIn(login);
    assertThat(reply.outcome()).as(reply.text()).isEqualTo("200");
    String cookie = reply.response().headers().firstValue("Set-Cookie").orElseThrow();
    return new Session(
        cookie.substring(0, cookie.indexOf(';')), reply.json().get("csrfToken").asText());
  }

  private Reply call(String method, String path, @Nullable String cookie, @Nullable String header) {
    HttpRequest.Builder request = desk.request(method, path, null, null);
    if (cookie != null) {
      request.header("Cookie", cookie);
    }
    if (header != null) {
      request.header("X-Latchkey-Csrf", header);
    }
    return desk.send(request);
  }

  private String use(Session session) {
    return call("GET", "/v1/session", session.cookie, session.header).outcome();
  }

  @Test
  void codeOfTheLink_logsInOnce() {
    String code = code();

    Reply reply = logIn(code);

    assertThat(reply.json().get("userId").asText()).isEqualTo("user-1");
    assertThat(reply.json().get("projects"))
        .extracting(p -> p.asText())
        .containsExactly("shop", "other");
    String cookie = reply.response().headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie)
        .startsWith("latchkey-" + desk.service.address().getPort() + "=lks_")
        .endsWith("; Path=/; HttpOnly; SameSite=Strict");
    Reply again = logIn(code);
    assertThat(again.outcome()).isEqualTo("401/16");
    assertThat(again.message()).contains("used already").contains("API key");
    assertThat(again.response().headers().firstValue("Set-Cookie")).isEmpty();
  }

  @Test
  void codeOfALink_endsAfterAQuarterOfAnHour() {
    String code = code();
    String later = code();
    pass(Duration.ofMinutes(15).minusNanos(1));
    assertThat(logIn(code).outcome()).isEqualTo("200");
    pass(Duration.ofNanos(1));
    assertThat(logIn(later).outcome()).isEqualTo("401/16");
  }

  @Test
  void session_needsBothItsParts() {
    Session session = session(code());
    Session other = session(KEY);

    assertThat(use(session)).isEqualTo("200");
    assertThat(call("GET", "/v1/secrets", session.cookie, session.header).outcome())
        .isEqualTo("200");
    assertThat(call("GET", "/v1/session", session.cookie, null).outcome()).isEqualTo("401/16");
    assertThat(call("GET", "/v1/session", null, session.header).outcome()).isEqualTo("401/16");
    assertThat(use(new Session(session.cookie, other.header))).isEqualTo("401/16");
    assertThat(use(new Session(session.cookie + "x", session.header))).isEqualTo("401/16");
    String named = "latchkey=" + session.cookie.substring(session.cookie.indexOf('=') + 1);
    assertThat(use(new Session(named, session.header))).isEqualTo("401/16");
  }

  @Test
  void session_isAnAdminsAndReadsNoCiphertext() {
    Session session = session(KEY);
    HttpRequest.Builder request =
        desk.request(
            "POST", "/v1/projects/shop/ciphertexts", null, "{\"secrets\":[{\"name\":\"a\"}]}");
    request.header("Cookie", session.cookie).header("X-Latchkey-Csrf", session.header);
    assertThat(desk.send(request).outcome()).isEqualTo("403/7");
  }

  @Test
  void session_endsByLoggingOutAndAfterHalfADay() {
    Session first = session(KEY);
    Session second = session(KEY);
    assertThat(call("DELETE", "/v1/session", first.cookie, first.header).text()).isEqualTo("{}");
    assertThat(use(first)).isEqualTo("401/16");
    pass(Duration.ofHours(12).minusNanos(1));
    assertThat(use(second)).isEqualTo("200");
    pass(Duration.ofNanos(1));
    assertThat(use(second)).isEqualTo("401/16");
  }

  @Test
  void request_whoseBodyComesAfterTheLogout_isRefused() throws Exception {
    Session session = session(KEY);
    String body = "{\"name\":\"my-secret\",\"value\":\"some-value\"}";
    String headers = "Cookie: " + session.cookie + "\nX-Latchkey-Csrf: " + session.header + "\n";

    String answer =
        desk.post(
            "/v1/secrets",
            headers,
            body,
            () -> call("DELETE", "/v1/session", session.cookie, session.header));

    assertThat(answer).startsWith("HTTP/1.1 401 ");
    assertThat(desk.admin("GET", "/v1/secrets", null).json().get("secrets")).isEmpty();
  }

  @Test
  void loginsThatFail_makeAPauseWhichDoubles() {
    for (int i = 0; i < 5; i++) {
      assertThat(logIn(WRONG).outcome()).isEqualTo("401/16");
    }
    assertPause(1);
    pass(Duration.ofSeconds(1));
    assertThat(logIn(WRONG).outcome()).isEqualTo("401/16");
    assertPause(2);
    for (int i = 0; i < 20; i++) {
      pass(Duration.ofSeconds(64));
      assertThat(logIn(WRONG).outcome()).isEqualTo("401/16");
    }
    assertPause(64);
    pass(Duration.ofSeconds(64));
    assertThat(logIn(KEY).outcome()).isEqualTo("200");
    assertThat(logIn(WRONG).outcome()).isEqualTo("401/16");
    assertThat(logIn(KEY).outcome()).as("it counts anew").isEqualTo("200");
  }

  private void assertPause(int seconds) {
    Reply reply = logIn(KEY);
    assertThat(reply.outcome()).as("even with the right key").isEqualTo("429/8");
    assertThat(reply.response().headers().firstValue("Retry-After")).contains("" + seconds);
    assertThat(reply.message())
        .isEqualTo("Too many logins have failed. Try again in " + seconds + " s.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"userId\":\"user-1\"}",
        "{\"apiKey\":\"x\"}",
        "{\"code\":\"x\",\"userId\":\"u\",\"apiKey\":\"k\"}",
        "{\"code\":1}",
        "{\"other\":\"x\"}"
      })
  void login_thatIsNone_isRefused(String body) {
    assertThat(logIn(body).outcome()).isEqualTo("400/3");
  }

  @Test
  void loginByCode_isNotPaused() {
    for (int i = 0; i < 10; i++) {
      assertThat(logIn("{\"code\":\"wrong\"}").outcome()).isEqualTo("401/16");
    }
    for (int i = 0; i < 5; i++) {
      assertThat(logIn(WRONG).outcome()).isEqualTo("401/16");
    }
    assertPause(1);
    assertThat(logIn(code()).outcome()).isEqualTo("200");
  }

  @Test
  void session_besideACookieOfAnotherPort_isFound() {
    Session session = session(KEY);
    String name = session.cookie.substring(0, session.cookie.indexOf('='));
    assertThat(use(new Session(name + "=other; " + session.cookie, session.header)))
        .isEqualTo("200");
  }

  @Test
  void login_thatIsLarge_isNotRead() {
    assertThat(logIn("{\"code\":\"" + "x".repeat(5_000) + "\"}").outcome()).isEqualTo("413/8");
  }

  @Test
  void loginsThatFail_makeNoPauseForOtherAddresses() throws Exception {
    var sessions = new Sessions(Desk.ADMIN, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    var wrong = new Sessions.Login(null, "user-1", "wrong");
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> sessions.open(wrong, "192.0.2.1")).hasMessageContaining("is wrong");
    }
    var right = new Sessions.Login(null, "user-1", Desk.KEY);

    assertThatThrownBy(() -> sessions.open(right, "192.0.2.1")).hasMessageContaining("Too many");
    assertThat(sessions.open(right, "192.0.2.2").admin().userId()).isEqualTo("user-1");
  }

  @Test
  void login_ofAnotherPage_isRefused() {
    HttpRequest.Builder request = desk.request("POST", "/v1/session", null, KEY);
    request.header("Origin", "http://localhost:3000");
    Reply reply = desk.send(request);
    assertThat(reply.outcome()).isEqualTo("403/7");
    assertThat(reply.response().headers().firstValue("Set-Cookie")).isEmpty();

    HttpRequest.Builder own = desk.request("POST", "/v1/session", null, KEY);
    own.header("Origin", desk.service.address().toString());
    assertThat(desk.send(own).outcome()).isEqualTo("200");
  }
}
