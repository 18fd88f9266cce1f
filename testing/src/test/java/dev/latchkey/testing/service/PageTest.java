package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testing.service.Desk.Reply;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the page, without a browser. */
class PageTest {
  @TempDir Path directory;
  private Desk desk;

  @BeforeEach
  void open() {
    desk = Desk.open(directory);
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void page_isForAnybodyAndLetsNothingElseIn() {
    Reply reply = desk.call("GET", "/", null, null);

    assertThat(reply.status()).isEqualTo(200);
    var headers = reply.response().headers();
    assertThat(headers.firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(headers.firstValue("Content-Security-Policy").orElseThrow().split("; *"))
        .containsExactlyInAnyOrder(
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'");
    assertThat(headers.firstValue("X-Frame-Options")).contains("DENY");
    assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(headers.firstValue("Referrer-Policy")).contains("no-referrer");
    assertThat(headers.firstValue("Cross-Origin-Opener-Policy")).contains("same-origin");
    assertThat(headers.firstValue("Cross-Origin-Resource-Policy")).contains("same-origin");
    assertThat(headers.firstValue("Cache-Control")).contains("no-store");
  }

  @Test
  void page_asksForNothingButItsOwnFiles() {
    String page = desk.call("GET", "/", null, null).text();
    Matcher links = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page);

    List<String> files =
        links.results().map(result -> result.group(1)).filter(l -> !l.startsWith("#")).toList();

    assertThat(files)
        .anyMatch(file -> file.endsWith(".js"))
        .anyMatch(file -> file.endsWith(".css"));
    assertThat(files)
        .allSatisfy(
            file -> {
              assertThat(file).startsWith("/");
              assertThat(desk.call("GET", file, null, null).status()).as(file).isEqualTo(200);
            });
    assertThat(page).doesNotContain("style=").doesNotContain("onclick").doesNotContain("<script>");
  }

  @Test
  void files_areAllServed() throws Exception {
    Path folder = Path.of(Objects.requireNonNull(Page.class.getResource("page")).toURI());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .hasSizeGreaterThan(4)
          .filteredOn(name -> !name.equals("index.html"))
          .allSatisfy(
              name ->
                  assertThat(desk.call("GET", "/" + name, null, null).status())
                      .as(name)
                      .isEqualTo(200));
    }
  }

  @Test
  void head_isTheHeadersAlone() {
    Reply reply = desk.call("HEAD", "/page.js", null, null);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/index.html",
        "/page/index.html",
        "/page.js/",
        "/..%2fpage.js",
        "//page.js",
        "/page.class",
        "/.git"
      })
  void otherPaths_areNone(String path) {
    assertThat(desk.call("GET", path, null, null).status()).isIn(400, 401);
    assertThat(desk.admin("GET", path, null).status()).isIn(400, 404);
  }
}
