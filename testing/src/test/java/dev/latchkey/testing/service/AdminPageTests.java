package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.client.SecretsClient;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the admin page: a browser for the class, and for each test a running service. */
@Timeout(180)
abstract class AdminPageTests {
  static final String VALUE = "canary \"v\\/alue\" ä€ 7f3a ";

  static AdminBrowser page;

  @TempDir Path directory;
  @TempDir Path files;
  Desk desk;

  @BeforeAll
  static void startBrowser() {
    page = AdminBrowser.start();
  }

  @AfterAll
  static void stopBrowser() {
    if (page != null) {
      page.close();
    }
  }

  @BeforeEach
  void open() {
    desk = Desk.open(directory);
  }

  @AfterEach
  void close() {
    desk.close();
  }

  byte[] read(String name) {
    var decryptor = TinkDecryptor.of(Keysets.read(directory.resolve("keyset.json")));
    try (HttpSource source = desk.source(desk.token(name));
        SecretsClient client = SecretsClient.builder(source, decryptor).build();
        SecretValue value = client.resolve(SecretRef.parse("secret://" + name))) {
      return value.bytes().clone(); // Closing overwrites them.
    }
  }

  /** Makes a token of an app of any name, and returns it. */
  String token(String app, String... secrets) {
    var body =
        new ObjectMapper()
            .createObjectNode()
            .put("role", "work")
            .put("app", app)
            .put("ttlSeconds", 3_600);
    for (String secret : secrets) {
      body.withArray("secrets").add(secret);
    }
    Desk.Reply reply = desk.admin("POST", "/v1/projects/shop/process-tokens", body.toString());
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json().get("token").asText();
  }

  void startCreating(String name) {
    page.click("#create, #create-first");
    page.type("#secret-name", name);
  }

  void choose(String way) {
    page.click("#secret-value input[value=" + way + "]");
  }

  void send() {
    page.click("#secret-send");
  }

  void sendWell(String told) {
    send();
    page.gone("#secret-dialog");
    page.says("#outcome", told);
  }
}
