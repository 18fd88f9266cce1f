package dev.latchkey.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretNotFoundException;
import dev.latchkey.client.FaultServer.Wire;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The search for secrets finds each of them, in each form and place: else it proves nothing. */
@Timeout(30)
class FaultMatrixControlTest {
  /** Where a secret is planted, and where it must be found. */
  private enum Place {
    MESSAGE("exception"),
    CAUSE("exception"),
    SUPPRESSED("exception"),
    LOG("log"),
    LISTENER("listener"),
    THREAD_NAME("thread"),
    OBJECT("toString"),
    FLIGHT_RECORDER("jfr"),
    UNCAUGHT("uncaught");

    private final String found;

    Place(String found) {
      this.found = found;
    }
  }

  private record Planted(String canary, String form, String text, Place place) {
    @Override
    public String toString() {
      return canary + ", " + form + " / " + place;
    }
  }

  static Stream<Planted> planted() {
    List<Planted> all = new ArrayList<>();
    Map<String, byte[]> secrets = new LinkedHashMap<>();
    secrets.put("value", ShownText.VALUE.getBytes(UTF_8));
    secrets.put("token", ShownText.TOKEN.getBytes(UTF_8));
    secrets.put("key 0", ShownText.keys(FaultRig.ROTATED).get(0));
    secrets.put("key 2", ShownText.keys(FaultRig.GONE).get(0));
    secrets.put("body", ShownText.BODY.getBytes(UTF_8));
    secrets.forEach(
        (canary, secret) -> {
          String raw = new String(secret, canary.startsWith("key") ? ISO_8859_1 : UTF_8);
          for (Place place : Place.values()) {
            all.add(new Planted(canary, "raw", raw, place));
          }
          forms(secret)
              .forEach((form, text) -> all.add(new Planted(canary, form, text, Place.LOG)));
        });
    return all.stream();
  }

  private static Map<String, String> forms(byte[] secret) {
    Map<String, String> forms = new LinkedHashMap<>();
    for (int shift = 0; shift < 3; shift++) {
      byte[] within = new byte[shift + secret.length + 2];
      System.arraycopy(secret, 0, within, shift, secret.length);
      forms.put("base64 after " + shift, Base64.getEncoder().encodeToString(within));
      forms.put("base64 for URLs after " + shift, Base64.getUrlEncoder().encodeToString(within));
    }
    forms.put("hex", HexFormat.of().formatHex(secret));
    forms.put("upper hex", HexFormat.of().withUpperCase().formatHex(secret));
    forms.put("list", Arrays.toString(secret));
    forms.put("URL-escaped", URLEncoder.encode(new String(secret, UTF_8), UTF_8));
    forms.put("JSON-escaped", json(new String(secret, UTF_8)));
    return forms;
  }

  private static String json(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\u00e9", "\\u00e9");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("planted")
  void leaks_secretPlanted_areFound(Planted planted) throws Exception {
    if (planted.canary.startsWith("key") && planted.form.contains("escaped")) {
      return; // Bytes that are no text have no such form.
    }
    var done = new CountDownLatch(1);
    String text = planted.text;
    try (var rig =
        new FaultRig(Wire.HTTP_1) {
          @Override
          String jfrText() {
            return planted.place == Place.FLIGHT_RECORDER ? text : "";
          }
        }) {
      rig.read();
      var safe = new IllegalStateException("safe");
      switch (planted.place) {
        case MESSAGE -> rig.noted(new IllegalStateException(text));
        case CAUSE -> rig.noted(new IllegalStateException("safe", new IllegalStateException(text)));
        case SUPPRESSED -> {
          safe.addSuppressed(new IllegalStateException(text));
          rig.noted(new IllegalStateException("safe", safe));
        }
        case LOG -> Logger.getLogger("okhttp3.OkHttpClient").log(Level.FINEST, text);
        case LISTENER -> rig.calls.withdrawn(FaultRig.REF, new SecretNotFoundException(text, ""));
        case THREAD_NAME -> start(new Thread(() -> await(done), text));
        case OBJECT -> rig.shownObjects.add(text);
        case UNCAUGHT -> {
          Thread dying =
              start(
                  new Thread(
                      () -> {
                        throw new IllegalStateException(text);
                      }));
          dying.join();
        }
        case FLIGHT_RECORDER -> {}
      }
      List<String> leaks = rig.shown().leaks().stream().toList();
      done.countDown();
      assertThat(leaks).contains(planted.canary + " in " + planted.place.found);
      assertThat(leaks).allMatch(leak -> leak.endsWith(" in " + planted.place.found));
    }
  }

  private static Thread start(Thread thread) {
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shown_cellThatFailed_hasTextOfEveryPlace() {
    try (var rig = new FaultRig(Wire.HTTP_1)) {
      rig.server.fault((a, q) -> a.code(404));
      rig.fail(FaultRig.REF);

      assertThat(rig.server.authorization()).isEqualTo("Bearer " + ShownText.TOKEN);
      assertThat(rig.shown().places())
          .containsExactlyInAnyOrder("exception", "log", "listener", "thread", "toString", "jfr");
      assertThat(rig.shown().text("thread")).contains("latchkey-http", "latchkey-");
      assertThat(rig.shown().text("log")).contains("okhttp3", "MockWebServer");
      assertThat(rig.shown().text("listener")).contains("\tat dev.latchkey.client.source.");
      assertThat(rig.shown().text("exception")).contains("Caused by: ");
      assertThat(rig.shown().text("toString"))
          .contains(
              "SecretsClient[shop]",
              "HttpSource[http://127.0.0.1",
              "MY_APP_SECRET secret://my-secret NOT_LOADED",
              "FetchEvent[kind=FETCH",
              "Keyset[AEAD",
              "TinkDecryptor");
    }
  }
}
