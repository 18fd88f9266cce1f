package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpFields;

/** The files of the admin page, which anybody may have: there is nothing in them. Immutable. */
final class Page {
  /** Nothing from elsewhere, nothing inline, no frame around it, no text made into markup. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
          + " form-action 'none'; frame-ancestors 'none'; base-uri 'none';"
          + " require-trusted-types-for 'script'";

  private record PageFile(String type, String text) {}

  private static final String INDEX = "index.html";
  private static final List<String> NAMES =
      List.of(
          INDEX,
          "page.css",
          "icon.svg",
          "page.js",
          "api.js",
          "audit.js",
          "dom.js",
          "login.js",
          "secret-actions.js",
          "secret-dialog.js",
          "secrets.js",
          "value-editor.js");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  /** By path. */
  private final Map<String, PageFile> files =
      NAMES.stream()
          .collect(
              Collectors.toUnmodifiableMap(
                  name -> name.equals(INDEX) ? "/" : "/" + name, Page::load));

  private static PageFile load(String name) {
    String type = TYPES.getOrDefault(name.substring(name.indexOf('.') + 1), "");
    try (InputStream in = Page.class.getResourceAsStream("page/" + name)) {
      if (in == null) {
        throw new IllegalStateException("The jar lacks the admin page's " + name + ".");
      }
      return new PageFile(type, new String(in.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers if a request is for one of the files. */
  boolean answer(Exchange exchange) {
    String method = exchange.request().getMethod();
    PageFile file = files.get(exchange.request().getHttpURI().getPath());
    if (file == null || !(method.equals("GET") || method.equals("HEAD")) || !exchange.claim()) {
      return false;
    }
    HttpFields.Mutable headers = exchange.headers();
    headers.put("Content-Security-Policy", POLICY);
    headers.put("X-Frame-Options", "DENY");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cross-Origin-Opener-Policy", "same-origin");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    exchange.answer(200, file.type, file.text.getBytes(UTF_8));
    return true;
  }
}
