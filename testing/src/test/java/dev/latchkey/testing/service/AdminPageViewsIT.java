package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.Keys;

/** The views of the admin page: what they show, to whom, and what is done from them. */
class AdminPageViewsIT extends AdminPageTests {
  private static final String HELD = "/v1/projects/shop/ciphertexts";

  /** Reads as a process does, which the audit log tells. */
  private void readAs(String token, String secret) {
    String body = "{\"secrets\":[{\"name\":\"" + secret + "\"}]}";
    assertThat(desk.call("POST", HELD, "Bearer " + token, body).status()).isEqualTo(200);
  }

  @Test
  void list_isSearchedAndSorted() {
    desk.create("b-secret", "some-value");
    desk.create("c-secret", "some-value");
    desk.replace(desk.create("a.other", "some-value"), "new-value");
    token("payments", "c-secret", "b-secret");
    token("billing", "C-Secret");
    page.logIn(desk.service);

    page.lists("a.other", "b-secret", "c-secret");
    page.click("[data-sort=name]");
    page.lists("c-secret", "b-secret", "a.other");
    page.click("[data-sort=usedBy]");
    page.lists("c-secret", "b-secret", "a.other");
    page.click("[data-sort=usedBy]");
    page.lists("a.other", "b-secret", "c-secret");
    page.click("[data-sort=createdAt]");
    page.lists("a.other", "c-secret", "b-secret");
    page.click("[data-sort=updatedAt]");
    page.lists("a.other", "c-secret", "b-secret");
    assertThat(page.texts("#secrets-table [aria-sort=descending]")).containsExactly("Updated");

    page.type("#search", "SECRET");
    page.lists("c-secret", "b-secret");
    page.says("#secrets-count", "2 of 3 secrets");
    page.type("#search", "billing");
    page.lists("c-secret");
  }

  @Test
  void projects_areChosen() {
    desk.create("my-secret", "some-value");
    page.logIn(desk.service);
    page.lists("my-secret");
    page.shown("#project").sendKeys("other");
    page.shown("#secrets-empty");
    page.driver.navigate().refresh();
    page.shown("#secrets-empty");

    assertThat(page.value("#project")).isEqualTo("other");
  }

  @Test
  void value_isReplaced_andTheFocusReturns() {
    desk.create("my-secret", "some-value");
    page.logIn(desk.service);
    page.press("my-secret", "Replace");
    page.type("#value-line", VALUE + Keys.ENTER);
    page.gone("#secret-dialog");
    page.says("#outcome", "The value of my-secret is replaced");

    assertThat(read("my-secret")).isEqualTo(VALUE.getBytes(UTF_8));
    page.until(
        "the focus",
        () -> page.run("return document.activeElement.innerText").toString().startsWith("Replace"));
    page.press("my-secret", "Versions");
    page.until("versions", () -> page.texts("#versions-rows th").equals(List.of("2 current", "1")));
  }

  @Test
  void secret_isDeletedOnceItsNameIsTyped() {
    desk.create("my-secret", "some-value");
    token("payments", "my-secret");
    page.logIn(desk.service);
    page.press("my-secret", "Delete");
    assertThat(page.text("#delete-users")).contains("1 app").contains("payments");
    page.type("#delete-typed", "my-secre" + Keys.ENTER);
    page.says("#delete-problem", "not its name");
    page.lists("my-secret");

    page.type("#delete-typed", "my-secret" + Keys.ENTER);
    page.gone("#delete-dialog");
    page.says("#outcome", "my-secret is deleted");
    page.shown("#secrets-empty");
    page.until("the focus", () -> page.focused().equals("create-first"));
  }

  @Test
  void token_isRevokedWhereItIsSeen() {
    desk.create("my-secret", "some-value");
    String payments = token("payments", "my-secret");
    String billing = token("billing", "my-secret", "none");
    page.logIn(desk.service);
    page.press("my-secret", "billing");
    page.until(
        "apps", () -> page.texts("#users-rows .app").containsAll(List.of("payments", "billing")));

    String revoke = "//tr[th/span[.='billing']]//button";
    page.driver.findElement(By.xpath(revoke)).click();
    page.says("#users-outcome", "billing will lose 2 secrets");
    readAs(billing, "my-secret");
    page.driver.findElement(By.xpath(revoke)).click();
    page.until("apps", () -> page.texts("#users-rows .app").equals(List.of("payments")));

    assertThat(desk.call("POST", HELD, "Bearer " + billing, "{}").status()).isEqualTo(401);
    readAs(payments, "my-secret");
  }

  @Test
  void auditLog_isReadFilteredAndSaved() {
    String id = desk.create("my-secret", "some-value");
    desk.replace(id, "new-value");
    readAs(token("payments", "my-secret"), "my-secret");
    page.logIn(desk.service);
    page.click("nav a[href='#audit']");
    page.says("#audit-rows", "replace-secret");

    List<String> actions = page.texts("#audit-rows td:nth-child(3)");
    assertThat(actions)
        .containsSubsequence("read-ciphertext", "create-token", "replace-secret", "create-secret");
    page.type("#audit-filter", "PAYMENTS");
    page.until(
        "the filter",
        () -> page.texts("#audit-rows tr").stream().allMatch(t -> t.contains("payments")));
    assertThat(page.texts("#audit-rows td:nth-child(3)")).contains("read-ciphertext");

    page.run(
        "const make = URL.createObjectURL;"
            + "URL.createObjectURL = (b) => { b.text().then((t) => { window.saved = t; });"
            + " return make(b); }");
    page.click("#audit-save");
    page.until("saved", () -> page.run("return window.saved").toString().contains("{"));
    assertThat(page.run("return window.saved").toString().lines())
        .allMatch(line -> line.startsWith("{\"time\":") && line.endsWith("}"))
        .hasSizeGreaterThan(4);
  }

  @Test
  void line_isCopied() {
    desk.create("my-app.secret", "some-value");
    page.logIn(desk.service);
    page.press("my-app.secret", "Copy");
    page.says("#outcome", "Copied");
    assertThat(page.text(".copy")).startsWith("Copied");
    page.click("#search");
    page.control("v");

    assertThat(page.value("#search")).isEqualTo("--secret MY_APP_SECRET=my-app.secret");
  }

  @Test
  void hostileNames_areTextAndNoMore() {
    List<String> apps =
        List.of(
            "<img src=x onerror=\"window.pwned=1\">",
            "\"'></td><script>window.pwned=1</script>",
            "javascript:window.pwned=1//<svg onload=window.pwned=1>");
    desk.create("my-secret", "some-value");
    for (String app : apps) {
      readAs(token(app, "my-secret"), "my-secret");
    }
    page.logIn(desk.service);
    page.type("#search", "<script>");
    page.lists("my-secret");
    page.press("my-secret", "Delete");
    assertThat(page.text("#delete-users")).contains(apps);
    page.keys(Keys.ESCAPE);
    page.click("#secrets-rows .users");
    assertThat(page.texts("#users-rows .app")).containsExactlyInAnyOrderElementsOf(apps);
    page.keys(Keys.ESCAPE);
    page.gone("#users-dialog");
    page.click("nav a[href='#audit']");
    for (String app : apps) {
      page.says("#audit-rows", app);
    }

    assertThat(page.run("return window.pwned === undefined")).isEqualTo(true);
    assertThat(page.run("return document.querySelectorAll('script, svg, [onerror]').length"))
        .as("the page's own script alone")
        .isEqualTo(1L);
    assertThat(page.run("return document.querySelectorAll('img').length")).isEqualTo(1L);
    // What holds if a later change of the page forgets it.
    assertThatThrownBy(() -> page.run("document.body.innerHTML = arguments[0]", apps.get(0)))
        .isInstanceOf(JavascriptException.class)
        .hasMessageContaining("TrustedHTML");
  }

  private void tabTo(String id) {
    for (int i = 0; i < 30 && !page.focused().equals(id); i++) {
      page.keys(Keys.TAB);
    }
    assertThat(page.focused()).isEqualTo(id);
    assertThat(page.run("return getComputedStyle(document.activeElement).outlineStyle"))
        .as("a focus that is seen")
        .isEqualTo("solid");
  }

  @Test
  void secret_isCreatedByTheKeyboardAlone() {
    desk.create("other", "some-value");
    page.logIn(desk.service);
    tabTo("create");
    page.keys(Keys.ENTER);
    page.shown("#secret-dialog");
    assertThat(page.focused()).isEqualTo("secret-name");
    page.keys("my-secret");
    page.says("#secret-name-status", "free");
    page.keys(Keys.TAB, Keys.ARROW_RIGHT);
    tabTo("value-text");
    page.keys("two", Keys.ENTER, "lines");
    tabTo("secret-send");
    page.keys(Keys.SPACE);
    page.gone("#secret-dialog");
    page.lists("my-secret", "other");

    assertThat(page.focused()).isEqualTo("create");
    assertThat(read("my-secret")).isEqualTo("two\nlines".getBytes(UTF_8));
  }

  @Test
  void rules_findAnImageWithoutAText() {
    page.logIn(desk.service);
    page.run("document.querySelector('main').append(document.createElement('img'))");

    assertThat(page.violations().toString()).contains("image-alt");
  }

  @ParameterizedTest
  @CsvSource({"light, 1200", "dark, 1200", "light, 380"})
  void views_breakNoRuleOfAccessibility_andFit(String scheme, int width) {
    page.open(desk.service.address());
    page.look(scheme, width);
    page.type("#login-user", "user-1");
    page.type("#login-key", "wrong" + Keys.ENTER);
    page.says("#login-problem", "wrong");
    page.isGood("login");
    page.type("#login-key", Desk.KEY + Keys.ENTER);
    page.shown("#secrets-empty");
    page.isGood("empty");

    desk.create("my-secret", "some-value");
    desk.create("long".repeat(15) + "." + "name".repeat(15) + ".of-a-secret", "some-value");
    readAs(token("payments", "my-secret"), "my-secret");
    token("app ".repeat(31) + "end", "my-secret");
    token("x".repeat(128), "my-secret");
    page.click("#create-first");
    page.type("#secret-name", "my secret");
    page.says("#secret-name-status", "only letters");
    page.isGood("create, a bad name");
    for (String way : List.of("text", "file", "made")) {
      choose(way);
      page.isGood("create, " + way);
    }
    page.type("#secret-name", "new");
    page.says("#secret-name-status", "free");
    page.isGood("create, a good name");
    sendWell("new is created");
    page.isGood("list");
    showDialogs();

    page.click("nav a[href='#audit']");
    page.says("#audit-rows", "read-ciphertext");
    page.isGood("audit");
  }

  private void showDialogs() {
    page.press("my-secret", "Replace");
    page.isGood("replace");
    page.keys(Keys.ESCAPE);
    page.press("my-secret", "Versions");
    page.says("#versions-rows", "current");
    page.isGood("versions");
    page.keys(Keys.ESCAPE);
    page.press("my-secret", "Delete");
    page.isGood("delete");
    page.keys(Keys.ESCAPE);
    page.click("#secrets-rows .users");
    page.click("#users-rows button");
    page.isGood("used by");
    page.keys(Keys.ESCAPE);
    page.gone("dialog");
  }
}
