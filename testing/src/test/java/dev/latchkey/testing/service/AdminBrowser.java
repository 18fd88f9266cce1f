package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A browser at the admin page, and how a person finds things there. */
final class AdminBrowser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LOOKS = Duration.ofMillis(20);
  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome");

  final ChromeDriver driver;
  private final String axe;

  private AdminBrowser(ChromeDriver driver) {
    this.driver = driver;
    this.axe = axe();
  }

  /** Starts the browser that is installed; without one the tests are skipped, and say so. */
  static AdminBrowser start() {
    Optional<Path> browser = BROWSERS.stream().flatMap(name -> onPath(name).stream()).findFirst();
    Optional<Path> driver = onPath("chromedriver");
    assumeTrue(
        browser.isPresent() && driver.isPresent(),
        "The admin page is not tested: there is no chromium and chromedriver on the PATH.");
    var options = new ChromeOptions();
    options.setBinary(browser.orElseThrow().toFile());
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1200,900");
    // With both paths given nothing is looked for, or downloaded.
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.orElseThrow().toFile())
            .usingAnyFreePort()
            .build();
    return new AdminBrowser(new ChromeDriver(service, options));
  }

  static Optional<Path> onPath(String name) {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Stream.of(path.split(Pattern.quote(File.pathSeparator), -1))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static String axe() {
    try (InputStream in = AdminBrowser.class.getResourceAsStream("/axe.min.js")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens an address in a window of its own: a tab's session and history are not another's. */
  void open(URI address) {
    List<String> old = List.copyOf(driver.getWindowHandles());
    driver.switchTo().newWindow(WindowType.TAB);
    String fresh = driver.getWindowHandle();
    for (String handle : old) {
      driver.switchTo().window(handle);
      driver.close();
    }
    driver.switchTo().window(fresh);
    driver.executeCdpCommand("Network.clearBrowserCookies", Map.of()); // All ports have them.
    look("light", 1200);
    driver.get(address.toString());
  }

  /** Logs in with a fresh link. */
  void logIn(LocalSecretsService service) {
    open(service.loginLink());
    shown("#secrets");
    until("the list", () -> isShown("#secrets-table") || isShown("#secrets-empty"));
  }

  /** Sets what the reader prefers, and the width of the window. */
  void look(String scheme, int width) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", scheme),
                // No animation: colors are looked at in the middle of one otherwise.
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
  }

  void until(String what, BooleanSupplier condition) {
    new WebDriverWait(driver, PATIENCE, LOOKS)
        .withMessage(() -> what + " was awaited; the page shows: " + text("body"))
        .ignoring(StaleElementReferenceException.class, ElementNotInteractableException.class)
        .until(ignored -> condition.getAsBoolean());
  }

  private Optional<WebElement> find(By by) {
    return driver.findElements(by).stream().filter(WebElement::isDisplayed).findFirst();
  }

  boolean isShown(String css) {
    return find(By.cssSelector(css)).isPresent();
  }

  private WebElement shown(By by) {
    until(by.toString(), () -> find(by).isPresent());
    return find(by).orElseThrow();
  }

  WebElement shown(String css) {
    return shown(By.cssSelector(css));
  }

  void gone(String css) {
    until("no " + css, () -> !isShown(css));
  }

  void click(String css) {
    click(By.cssSelector(css));
  }

  /** Clicks as soon as nothing is in the way, such as a dialog that is being closed. */
  private void click(By by) {
    until(
        by + " to click",
        () -> {
          shown(by).click();
          return true;
        });
  }

  /** Presses a button in the row of a secret. */
  void press(String secret, String button) {
    click(
        By.xpath(
            "//tbody[@id='secrets-rows']/tr[th/span[@class='name' and .='"
                + secret
                + "']]//button[starts-with(., '"
                + button
                + "')]"));
  }

  /** Types in place of what is there. */
  void type(String css, CharSequence text) {
    WebElement field = shown(css);
    field.clear();
    field.sendKeys(text);
  }

  String text(String css) {
    return driver.findElement(By.cssSelector(css)).getText();
  }

  void says(String css, String part) {
    until(css + " with \"" + part + "\"", () -> text(css).contains(part));
  }

  String value(String css) {
    return String.valueOf(driver.findElement(By.cssSelector(css)).getDomProperty("value"));
  }

  List<String> texts(String css) {
    return driver.findElements(By.cssSelector(css)).stream().map(WebElement::getText).toList();
  }

  /** Returns the names that are listed, from the top. */
  List<String> names() {
    return texts("#secrets-rows .name");
  }

  void lists(String... names) {
    until("the list " + List.of(names), () -> names().equals(List.of(names)));
  }

  /** Presses keys where the focus is. */
  void keys(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  void control(String key) {
    new Actions(driver).keyDown(Keys.CONTROL).sendKeys(key).keyUp(Keys.CONTROL).perform();
  }

  String focused() {
    return String.valueOf(run("return document.activeElement.id"));
  }

  Object run(String script, Object... arguments) {
    return Objects.requireNonNullElse(driver.executeScript(script, arguments), "");
  }

  /** Returns what breaks a rule of accessibility, each with the element that does. */
  List<?> violations() {
    driver.executeScript("if (typeof axe === 'undefined') {" + axe + "}");
    Object found =
        driver.executeAsyncScript(
            "const done = arguments[0];"
                + "axe.run(document, {resultTypes: ['violations']}).then("
                + "  (r) => done(r.violations.flatMap((v) => v.nodes.map("
                + "    (n) => v.id + ' ' + n.target + ': ' + n.failureSummary))),"
                + "  (e) => done(['axe failed: ' + e]))");
    return (List<?>) Objects.requireNonNull(found);
  }

  /** Fails if the view breaks a rule of accessibility, or is wider than the window. */
  void isGood(String view) {
    assertThat(violations()).as(view).isEmpty();
    assertThat(
            run(
                "return [document.documentElement, ...document.querySelectorAll('dialog[open]')]"
                    + ".filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.tagName)"))
        .as(view + ", too wide")
        .isEqualTo(List.of());
  }

  /** Returns all that a tab remembers: its document, fields, storage and history. */
  String remembered() {
    Object page =
        driver.executeAsyncScript(
            "const done = arguments[0];"
                + "const fields = [...document.querySelectorAll('input, textarea, select, button')];"
                + "const other = async () => [...await indexedDB.databases(), ...await caches.keys()];"
                + "other().then((other) => done([document.documentElement.outerHTML,"
                + " ...fields.map((f) => f.value), ...fields.map((f) => f.defaultValue),"
                + " ...fields.flatMap((f) => [...f.files ?? []].map((each) => each.name)),"
                + " JSON.stringify(sessionStorage), JSON.stringify(localStorage), document.cookie,"
                + " document.title, location.href, JSON.stringify(history.state),"
                + " ...performance.getEntries().map((e) => e.name), window.name,"
                + " JSON.stringify(other)].join('\\n')))");
    return page + "\n" + history();
  }

  /** Returns the addresses that the tab can go back and forth to. */
  List<String> history() {
    // The browser's note of what was typed into its own bar is beside them, and out of reach.
    var entries =
        (List<?>) driver.executeCdpCommand("Page.getNavigationHistory", Map.of()).get("entries");
    return Objects.requireNonNull(entries).stream()
        .map(entry -> String.valueOf(((Map<?, ?>) entry).get("url")))
        .toList();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
