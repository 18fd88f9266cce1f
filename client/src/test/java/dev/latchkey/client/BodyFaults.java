package dev.latchkey.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.latchkey.client.FaultServer.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.SocketEffect;
import okio.Buffer;

/** Answers with status 200 that are not the answer to their request. */
final class BodyFaults {
  private static final String NO_OBJECT = "it is not a JSON object";
  private static final String MALFORMED = "it is not well-formed JSON";
  private static final String NO_BASE64 = "a ciphertext in it is not base64";
  private static final String OTHER_ORDER = "it is not in the order of the request";

  private static final int CAP = 2 << 20;
  private static final long NEXT = FaultRig.VERSION + 1;
  private static final Pattern CIPHERTEXT = Pattern.compile("(\"ciphertext\":\")([^\"]*)(\")");

  private BodyFaults() {}

  static List<Fault> all() {
    List<Fault> faults = new ArrayList<>();
    faults.addAll(ofForm());
    faults.addAll(ofContent());
    faults.addAll(ofBase64());
    faults.addAll(ofSize());
    return faults;
  }

  private static List<Fault> ofForm() {
    String canary = "\"" + ShownText.BODY + "\"";
    return List.of(
        body("no body", NO_OBJECT, json -> ""),
        body("list", NO_OBJECT, json -> "[" + canary + "]"),
        body("string", NO_OBJECT, json -> canary),
        body("number", NO_OBJECT, json -> "4711"),
        body("null", NO_OBJECT, json -> "null"),
        body("HTML", MALFORMED, json -> "<html><h1>" + ShownText.BODY + "</h1></html>"),
        body("half of it", MALFORMED, json -> json.substring(0, json.length() / 2)),
        Fault.named("200: half of it, up to the end of the connection")
            .on(Wire.HTTP_1)
            .strike(
                rig -> {
                  rig.server.put("my-secret", NEXT);
                  rig.server.fault(
                      (a, q) -> {
                        String json = rig.server.json(q);
                        a.body(json.substring(0, json.length() / 2))
                            .removeHeader("Content-Length")
                            .onResponseEnd(new SocketEffect.CloseSocket());
                      });
                })
            .isProtocolError(message(MALFORMED)),
        body("deep nesting", MALFORMED, json -> more(json, "[".repeat(40) + "]".repeat(40))),
        body("deeper nesting", MALFORMED, json -> more(json, "[".repeat(100_000))),
        body("list of secrets twice", MALFORMED, json -> json.replace("}]}", "}],\"secrets\":[]}")),
        body("name twice", MALFORMED, json -> json.replace("{\"name", "{\"name\":\"a\",\"name")),
        body("version twice", MALFORMED, json -> json.replace("}]", ",\"version\":8}]")),
        body("another object behind it", "something follows its JSON", json -> json + "{}"),
        body("text behind it", MALFORMED, json -> json + ShownText.BODY),
        body("comment", MALFORMED, json -> "/* " + ShownText.BODY + " */" + json),
        bytes(
            "bytes that are not UTF-8",
            MALFORMED,
            json -> new Buffer().writeString(json.replace("sealed", "\u00ff"), ISO_8859_1)));
  }

  private static List<Fault> ofContent() {
    String answered = FaultServer.entry("my-secret", "not_found", 0, "");
    return List.of(
        body("error of a gateway", "it has no secrets", json -> "{\"code\":5,\"message\":\"b\"}"),
        body("no list", "its secrets are not a list", json -> "{\"secrets\":{}}"),
        body("no object", "a secret in it is not an object", json -> "{\"secrets\":[[]]}"),
        body(
            "too few",
            "it has fewer secrets than were asked for",
            json -> FaultServer.secrets(List.of())),
        body("one of two", "it has fewer secrets than were asked for", json -> first(json)).ofTwo(),
        body(
            "too many",
            "it has more secrets than were asked for",
            json -> FaultServer.secrets(Collections.nCopies(2, answered))),
        body("other order", OTHER_ORDER, BodyFaults::swapped).ofTwo(),
        body("another name", OTHER_ORDER, json -> json.replace("my-secret", "my-secret2")),
        body("no name", OTHER_ORDER, json -> json.replace("\"name\"", "\"names\"")),
        body(
            "unknown status",
            "a secret in it has no known status",
            json -> json.replace("\"sealed\"", "\"" + ShownText.BODY + "\"")),
        body(
            "unchanged at another version",
            "it says unchanged of a version that is not the known one",
            json ->
                FaultServer.secrets(
                    List.of(FaultServer.entry("my-secret", "unchanged", NEXT - 2, "")))),
        body("version 0", "a version in it is below 1", json -> json.replace(":8,", ":0,")),
        body(
            "version as text",
            "a version in it is not an integer",
            json -> json.replace(":8,", ":\"8\",")),
        body(
            "no version",
            "a secret in it has no version",
            json -> json.replace("\"version\"", "\"versions\"")),
        body(
            "no ciphertext",
            "a sealed secret in it has no ciphertext or no time",
            json -> json.replace("\"ciphertext\"", "\"cipher\"")),
        body(
            "time of another form",
            "a time in it is not one of RFC 3339",
            json -> json.replace("2026-01-02T", "2026-01-02 ")));
  }

  private static List<Fault> ofBase64() {
    return List.of(
        ciphertext("without padding", text -> text.substring(0, text.length() - 2)),
        ciphertext("in the alphabet for URLs", text -> "-_" + text.substring(2)),
        ciphertext("with spare bits set", text -> text.substring(0, text.length() - 3) + "B=="),
        ciphertext("with line breaks", text -> text.replaceAll("(.{64})", "$1\\\\r\\\\n")),
        ciphertext("with blanks", text -> " " + text.substring(1)),
        ciphertext("with text behind the padding", text -> text + "AAAA"));
  }

  private static List<Fault> ofSize() {
    String tooLarge =
        "The answer of ORIGIN is over 2097152 bytes. Check that LATCHKEY_SOURCE is the address of"
            + " a secrets service, and that no secret is over the limit.";
    return List.of(
        Fault.named("200: over the cap")
            .answers((a, q) -> a.body(large()))
            .isProtocolError(tooLarge),
        Fault.named("200: over the cap, of unknown length")
            .answers((a, q) -> a.chunkedBody(large(), 10_000))
            .isProtocolError(tooLarge),
        // Each might fit into an answer of its own.
        Fault.named("200: over the cap, of two secrets")
            .ofTwo()
            .answers((a, q) -> a.body(large()))
            .isProtocolError(tooLarge)
            .fetches(3),
        Fault.named("200: gzip that unpacks to 256 MiB")
            .answers((a, q) -> a.body(bomb()).setHeader("Content-Encoding", "gzip"))
            .isProtocolError(message("it is compressed, though that was declined")),
        Fault.named("200: gzip without a word")
            .answers((a, q) -> a.body(bomb()))
            .isProtocolError(message(MALFORMED)));
  }

  private static String message(String reason) {
    return "The answer of ORIGIN is not valid: "
        + reason
        + ". Check that LATCHKEY_SOURCE is the address of a secrets service, and that nothing"
        + " between changes its answers.";
  }

  private static Fault body(String name, String reason, UnaryOperator<String> change) {
    return bytes(name, reason, json -> new Buffer().writeUtf8(change.apply(json)));
  }

  private static Fault bytes(String name, String reason, Function<String, Buffer> change) {
    return Fault.named("200: " + name)
        .strike(
            rig -> {
              rig.server.put("my-secret", NEXT);
              rig.server.put("other-secret", NEXT);
              rig.server.fault(
                  (a, q) -> {
                    if (!q.queries().isEmpty()) {
                      a.body(change.apply(rig.server.json(q)));
                    }
                  });
            })
        .isProtocolError(message(reason));
  }

  private static Fault ciphertext(String name, UnaryOperator<String> change) {
    return body(
        "base64 " + name,
        NO_BASE64,
        json -> {
          Matcher matcher = CIPHERTEXT.matcher(json);
          return matcher.replaceAll(
              found ->
                  Matcher.quoteReplacement(
                      found.group(1) + change.apply(found.group(2)) + found.group(3)));
        });
  }

  private static String more(String json, String value) {
    return "{\"more\":" + value + "," + json.substring(1);
  }

  private static String first(String json) {
    return json.substring(0, json.indexOf("},{") + 1) + "]}";
  }

  private static String swapped(String json) {
    int start = json.indexOf('[') + 1;
    int end = json.lastIndexOf(']');
    int middle = json.indexOf("},{") + 1;
    return json.substring(0, start)
        + json.substring(middle + 1, end)
        + ","
        + json.substring(start, middle)
        + "]}";
  }

  private static Buffer large() {
    var body = new Buffer().writeUtf8("{\"secrets\":[\"" + ShownText.BODY + "\"");
    return body.write(new byte[CAP]);
  }

  private static Buffer bomb() {
    return new Buffer().write(Bomb.BYTES);
  }

  /** Packed once, when first needed. */
  private static final class Bomb {
    static final byte[] BYTES = pack();

    private static byte[] pack() {
      var packed = new ByteArrayOutputStream();
      try (var gzip = new GZIPOutputStream(packed)) {
        byte[] zeros = new byte[1 << 20];
        for (int i = 0; i < 256; i++) {
          gzip.write(zeros);
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      return packed.toByteArray();
    }
  }
}
