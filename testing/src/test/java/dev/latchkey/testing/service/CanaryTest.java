package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.testing.LeakDetector;
import dev.latchkey.testing.service.Desk.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that a service answers, logs or keeps shows a value, a token, the API key or the key. */
class CanaryTest {
  private static final String VALUE = "canary \"v\\/alue\" ä€ 7f3a";
  private static final String SECRETS = "/v1/projects/shop/secrets";

  @TempDir Path directory;
  private final LeakDetector leaks = new LeakDetector();
  private final List<String> shown = new ArrayList<>();
  private Desk desk;

  @BeforeEach
  void open() {
    leaks.forbid("value", VALUE).forbid("API key", Desk.KEY).start();
    desk = Desk.open(directory);
  }

  @AfterEach
  void close() {
    desk.close();
    leaks.close();
  }

  private Reply show(Reply reply) {
    shown.add(reply.text());
    shown.add(reply.response().headers().toString());
    return reply;
  }

  /** Returns the files that are kept, by name. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            directory.relativize(file).toString(), new String(Files.readAllBytes(file), UTF_8));
      }
    }
    return files;
  }

  private static byte[] key(String keyset) {
    Matcher value = Pattern.compile("\"value\":\\s*\"([^\"]+)\"").matcher(keyset);
    assertThat(value.find()).isTrue();
    byte[] message = Base64.getDecoder().decode(value.group(1));
    // The key is the end of a small message.
    return Arrays.copyOfRange(message, message.length - 32, message.length);
  }

  @Test
  void whatIsAnsweredLoggedAndKept_holdsNothingSecret() throws Exception {
    leaks.forbid("key", key(Files.readString(directory.resolve("keyset.json"))));
    String id = desk.create("my-secret", VALUE);
    desk.replace(id, VALUE);
    JsonNode minted = desk.mint("my-secret").json();
    String token = minted.get("token").asText();
    leaks.forbid("token", token);
    String json = new ObjectMapper().writeValueAsString(VALUE);
    String read = "/v1/projects/shop/ciphertexts";
    for (String body :
        List.of(
            "{\"name\":" + json + ",\"value\":" + json + "}",
            "{\"name\":\"my-secret\",\"value\":" + json + "}",
            "{\"name\":\"x\",\"type\":" + json + ",\"value\":" + json + "}",
            "{\"name\":\"x\",\"value\":" + json + "} " + json,
            "{\"name\":\"x\",\"value\":" + json + ", \"value\":" + json + "}",
            "{\"name\":\"x\",\"value\":[" + json + "]}",
            "{\"role\":" + json + "}",
            "{\"" + token + "\":1}",
            json,
            VALUE)) {
      show(desk.admin("POST", SECRETS, body));
      show(desk.admin("PUT", SECRETS + "/" + id, body.replace(":\"my-secret\"", ":1")));
      show(desk.admin("POST", "/v1/projects/shop/process-tokens", body));
      show(desk.call("POST", read, "Bearer " + token, body));
      show(desk.call("POST", read, "Bearer " + Desk.KEY + "x", body));
    }
    show(desk.admin("GET", SECRETS, null));
    show(desk.admin("GET", SECRETS + "/" + id, null));
    show(desk.admin("GET", "/v1/memberships", null));
    show(desk.call("POST", read, "Bearer " + token, "{\"secrets\":[{\"name\":\"my-secret\"}]}"));
    show(desk.call("GET", "/v1/secrets", "Bearer " + token, null));
    show(desk.call("GET", "/v1/" + token, Desk.ADMIN.basic(), null));
    show(desk.admin("DELETE", SECRETS + "/" + id, null));
    shown.add(desk.service.toString());
    shown.add(desk.service.admin().toString());
    Thread.getAllStackTraces().keySet().forEach(thread -> shown.add(thread.getName()));
    desk.close();

    assertThat(shown).as("it has been listened to").anyMatch(text -> text.contains("\"code\":3"));
    assertThat(shown).anyMatch(text -> text.contains("\"status\":\"sealed\""));
    leaks.check("what was shown", String.join("\n", shown));
    Map<String, String> files = files();
    assertThat(files)
        .containsKeys(
            "audit.jsonl",
            "keyset.json",
            "secrets/shop/my-secret/2.json",
            "tokens/" + minted.get("id").asText() + ".json");
    files.remove("keyset.json");
    files.forEach(leaks::check);
  }

  @Test
  void control_whatIsKeptOnPurpose_isFound() throws Exception {
    byte[] key = key(Files.readString(directory.resolve("keyset.json")));
    try (var control = new LeakDetector().forbid("key", key)) {
      String keyset = Objects.requireNonNull(files().get("keyset.json"));
      assertThatThrownBy(() -> control.check("the keyset", keyset))
          .hasMessageContaining("key in base64");
    }
    Files.write(directory.resolve("x"), VALUE.getBytes(UTF_8));
    String planted = Objects.requireNonNull(files().get("x"));
    assertThatThrownBy(() -> leaks.check("a file", planted)).hasMessageContaining("value");
  }
}
