package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Logging in at the admin page, creating secrets there, and what is left of their values. */
class AdminPageIT extends AdminPageTests {
  /** Looks the same in markup, JSON and addresses. */
  private static final String CANARY = "canary-7f3a91";

  @Test
  void link_logsInOnce_andLeavesTheAddress() {
    URI link = desk.service.loginLink();
    page.open(link);
    page.shown("#secrets-empty");

    assertThat(page.driver.getCurrentUrl()).isEqualTo(desk.service.address() + "/");
    assertThat(page.history()).contains(desk.service.address() + "/");
    assertThat(page.history().toString()).doesNotContain(code(link));
    page.driver.navigate().refresh();
    page.shown("#secrets-empty");

    page.open(link);
    page.says("#login-problem", "used already");
    assertThat(page.text("#login-form")).contains("admin-key").contains("data directory");
  }

  private static String code(URI link) {
    return link.getFragment().substring("code=".length());
  }

  @Test
  void newLink_inTheTabOfThePage_logsInWithoutLoadingIt() {
    page.open(desk.service.address());
    page.shown("#login");
    URI link = desk.service.loginLink();
    page.run("window.kept = true; location.href = arguments[0]", link.toString());

    page.shown("#secrets-empty");
    assertThat(page.run("return window.kept")).isEqualTo(true);
    assertThat(page.remembered()).doesNotContain(code(link));
  }

  @Test
  void key_orTheFilesLine_logsIn_andLogsOut() {
    page.open(desk.service.address());
    page.type("#login-user", "user-1");
    page.type("#login-key", "not-the-key-0123456789");
    page.click("#login-form button");
    page.says("#login-problem", "API key is wrong");

    page.type("#login-key", "user-1:" + Desk.KEY + Keys.ENTER);
    page.shown("#secrets-empty");
    assertThat(page.remembered()).doesNotContain(Desk.KEY);

    page.click("#logout");
    page.shown("#login");
    page.driver.navigate().refresh();
    page.shown("#login");
    assertThat(page.run("return sessionStorage.length")).isEqualTo(0L);
  }

  @Test
  void loginsThatFail_areThrottled_andItSaysForHowLong() {
    desk.close();
    var now = new AtomicReference<>(Instant.now());
    InstantSource told = now::get;
    desk = Desk.open(directory, builder -> builder.clock(told.withZone(ZoneOffset.UTC)));
    for (int i = 0; i < 7; i++) { // The pauses are 1, 2 and 4 s; this passes the first two.
      now.updateAndGet(instant -> instant.plusSeconds(3));
      String body = "{\"userId\":\"user-1\",\"apiKey\":\"not-the-key-0123456789\"}";
      assertThat(desk.call("POST", "/v1/session", null, body).status()).isEqualTo(401);
    }
    page.open(desk.service.address());
    page.type("#login-user", "user-1");
    page.type("#login-key", Desk.KEY + Keys.ENTER);

    page.says("#login-problem", "Try again in 4 s");
    page.says("#login-problem", "You can try again now");
    assertThat(page.value("#login-key")).isEqualTo(Desk.KEY);
  }

  @Test
  void session_thatEnds_keepsWhatIsTypedUntilTheNext() {
    page.logIn(desk.service);
    startCreating("kept-secret");
    page.says("#secret-name-status", "free"); // Else that question ends the session before.
    page.type("#value-line", VALUE);
    page.driver.manage().deleteAllCookies();
    send();

    page.shown("#login-dialog");
    page.says("#login-problem", "session has ended");
    page.type("#login-user", "user-1");
    page.type("#login-key", Desk.KEY + Keys.ENTER);
    page.gone("#login-dialog");
    sendWell("kept-secret is created");
    assertThat(read("kept-secret")).isEqualTo(VALUE.getBytes(UTF_8));

    page.driver.manage().deleteAllCookies();
    page.click("#secrets-refresh");
    page.shown("#login");
    page.says("#login-problem", "session has ended");
    // Nor is the list there for who sits down next.
    assertThat(page.remembered()).doesNotContain("kept-secret");
  }

  @Test
  void stoppedService_isSaidToBeStopped() {
    page.logIn(desk.service);
    desk.close();
    page.click("#create-first");
    page.type("#secret-name", "my-secret");
    page.says("#secret-name-status", desk.service.address() + " does not answer");
    page.type("#value-line", VALUE);
    send();

    page.says("#secret-problem", "perhaps stopped");
    assertThat(page.value("#value-line")).isEqualTo(VALUE);
  }

  @Test
  void name_isCheckedWhileItIsTyped() {
    desk.create("my-secret", "some-value");
    page.logIn(desk.service);
    startCreating("my secret!");
    page.says("#secret-name-status", "only letters, digits, dashes and periods (at character 3)");
    page.says("#secret-name-status", "my-secret");
    page.type("#value-line", VALUE);

    page.click("#secret-suggestion");
    page.says("#secret-name-status", "already");
    send();
    page.says("#secret-problem", "my-secret");
    assertThat(page.value("#value-line")).isEqualTo(VALUE);

    page.type("#secret-name", "my-other");
    page.says("#secret-name-status", "free");
    sendWell("my-other is created");
    page.lists("my-other", "my-secret");
    assertThat(read("my-other")).isEqualTo(VALUE.getBytes(UTF_8));
  }

  @Test
  void nameThatIsTaken_itsValueIsReplacedInstead() {
    desk.create("my-secret", "some-value");
    page.logIn(desk.service);
    startCreating("MY-SECRET");
    page.type("#value-line", VALUE);
    page.click("#secret-instead");
    sendWell("The value of my-secret is replaced");

    page.lists("my-secret");
    assertThat(read("my-secret")).isEqualTo(VALUE.getBytes(UTF_8));
  }

  @Test
  void values_ofEachWay_arriveAsTheyAre() throws Exception {
    byte[] bytes = new byte[70_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 + i / 256);
    }
    Path file = Files.write(files.resolve("value.bin"), bytes);
    page.logIn(desk.service);

    startCreating("lines");
    choose("text");
    page.type("#value-text", " ä€\n\n\"two\\\"\n");
    page.type("#secret-type", "SECRET_TYPE_PEM");
    sendWell("lines is created");
    assertThat(read("lines")).isEqualTo(" ä€\n\n\"two\\\"\n".getBytes(UTF_8));
    assertThat(page.text("#secrets-rows")).contains("SECRET_TYPE_PEM");

    startCreating("file");
    choose("file");
    page.shown("#value-file").sendKeys(file.toString());
    page.says("#value-status", "70000 bytes");
    sendWell("file is created");
    assertThat(read("file")).isEqualTo(bytes);

    startCreating("made");
    choose("made");
    page.shown("#value-length").sendKeys("48");
    sendWell("made is created");
    String made = new String(read("made"), UTF_8);
    assertThat(made).matches("[A-Za-z0-9]{48}");
    assertThat(page.remembered()).doesNotContain(made);
  }

  @Test
  void pasteOfSeveralLines_intoTheFieldOfOne_losesNone() {
    page.logIn(desk.service);
    startCreating("my-secret");
    page.says("#secret-name-status", "free"); // Else it is asked for while the session is gone.
    page.type("#value-line", "a");
    page.run(
        "const data = new DataTransfer(); data.setData('text/plain', 'b\\nc\\n');"
            + "document.getElementById('value-line').dispatchEvent("
            + "new ClipboardEvent('paste', {clipboardData: data, cancelable: true}))");
    page.says("#value-status", "kept as several lines");
    sendWell("my-secret is created");

    assertThat(read("my-secret")).isEqualTo("ab\nc\n".getBytes(UTF_8));
  }

  @Test
  void value_overAMebibyte_isRefusedBeforeItIsSent() throws Exception {
    Path file = Files.write(files.resolve("large.bin"), new byte[(1 << 20) + 1]);
    page.logIn(desk.service);
    startCreating("my-secret");
    choose("text");
    // 2 bytes each.
    page.run("document.getElementById('value-text').value = 'ä'.repeat((1 << 19) + 1)");
    send();
    page.says("#secret-problem", "at most 1 MiB (1048576 bytes), and this one has 1048578");
    choose("file");
    page.shown("#value-file").sendKeys(file.toString());
    send();
    page.says("#secret-problem", "this one has 1048577");
    page.click("#secret-dialog [data-close]");

    assertThat(desk.admin("GET", "/v1/audit?limit=100", null).text())
        .contains("list-secrets")
        .doesNotContain("create-secret");
  }

  /** A way to end with what was typed, and the control that the search finds it before. */
  private void isForgottenAfter(Runnable end) {
    assertThat(page.remembered()).contains(CANARY);
    end.run();
    page.gone("#secret-dialog");
    assertThat(page.remembered()).doesNotContain(CANARY).doesNotContain(base64(CANARY));
    page.control("z");
    assertThat(page.remembered()).doesNotContain(CANARY);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private void startWithCanary(String name) {
    startCreating(name);
    page.type("#value-line", CANARY);
    choose("text");
    page.type("#value-text", CANARY);
  }

  @Test
  void values_afterTheyAreSentOrGivenUp_areNowhereInTheTab() {
    page.logIn(desk.service);

    startWithCanary("my-secret");
    page.says("#secret-name-status", "free");
    isForgottenAfter(() -> sendWell("my-secret is created"));

    page.press("my-secret", "Replace");
    page.type("#value-line", CANARY);
    page.click("#value-show");
    isForgottenAfter(() -> sendWell("is replaced"));

    startWithCanary("other");
    isForgottenAfter(() -> page.click("#secret-dialog [data-close]"));

    startWithCanary("other");
    isForgottenAfter(() -> page.keys(Keys.ESCAPE));

    startWithCanary("other");
    isForgottenAfter(() -> page.run("dispatchEvent(new PageTransitionEvent('pagehide'))"));

    startWithCanary("other");
    isForgottenAfter(
        () -> {
          page.driver.get("about:blank");
          page.driver.navigate().back();
          page.shown("#secrets-table");
        });
    assertThat(new String(read("my-secret"), UTF_8)).isEqualTo(CANARY);
  }

  /** What would keep a value, in each place where a tab can. */
  private static final List<String> KEEPERS =
      List.of(
          "document.body.dataset.x = arguments[0]",
          "document.getElementById('search').value = arguments[0]",
          "sessionStorage.setItem('x', arguments[0])",
          "localStorage.setItem('x', arguments[0])",
          "document.cookie = 'x=' + arguments[0]",
          "history.replaceState(null, '', '?' + arguments[0]); history.pushState(null, '', '/')",
          "history.replaceState(arguments[0], '')",
          "window.name = arguments[0]",
          "performance.mark(arguments[0])",
          "document.title = arguments[0]");

  @Test
  void search_findsAValueWhereverATabKeepsOne() {
    page.logIn(desk.service);
    assertThat(page.remembered()).doesNotContain(CANARY);
    for (int i = 0; i < KEEPERS.size(); i++) {
      page.run(KEEPERS.get(i), CANARY + i);

      assertThat(page.remembered()).as(KEEPERS.get(i)).contains(CANARY + i);
    }
  }
}
