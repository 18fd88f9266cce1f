package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.client.SecretsClient;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.testing.service.Desk.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RuntimeTest {
  private static final String VALUE = "\"some\\value\" äöü 😀\n\t\u0001";
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

  private String read(String token, String name) {
    var decryptor = TinkDecryptor.of(Keysets.read(directory.resolve("keyset.json")));
    try (HttpSource source = desk.source(token);
        SecretsClient client = SecretsClient.builder(source, decryptor).build();
        SecretValue value = client.resolve(SecretRef.parse("secret://" + name))) {
      return value.reveal();
    }
  }

  private List<CiphertextAnswer> ask(String token, String... names) {
    try (HttpSource source = desk.source(token)) {
      return source.fetch(
          FetchRequest.of(
              List.of(names).stream()
                  .map(name -> CiphertextQuery.newest(SecretName.parse(name)))
                  .toList(),
              Duration.ofSeconds(20)));
    }
  }

  @Test
  void value_createdByTheApi_isReadByAProcess() {
    desk.create("My-Secret", VALUE);

    assertThat(read(desk.token("my-secret"), "my-secret")).isEqualTo(VALUE);
  }

  @Test
  void read_secretsNotBoundOrNotThere_areDeniedAndNotFound() {
    desk.create("my-secret", "some-value");
    desk.create("other", "some-value");

    List<CiphertextAnswer> answers =
        ask(desk.token("my-secret", "none"), "other", "my-secret", "zz", "none");

    assertThat(answers)
        .extracting(answer -> answer.getClass().getSimpleName())
        .containsExactly("Denied", "Sealed", "Denied", "NotFound");
  }

  @Test
  void read_deleted_isNotFound() {
    String id = desk.create("my-secret", "some-value");
    String token = desk.token("my-secret");
    desk.admin("DELETE", "/v1/projects/shop/secrets/" + id, null);

    assertThat(ask(token, "my-secret")).hasOnlyElementsOfType(CiphertextAnswer.NotFound.class);
  }

  @Test
  void hold_rotation_isAnsweredAtOnce() throws Exception {
    String id = desk.create("my-secret", "some-value");
    CompletableFuture<Reply> reply = desk.held(desk.token("my-secret"));

    desk.replace(id, "other-value");

    JsonNode secret = reply.get(20, TimeUnit.SECONDS).json().get("secrets").get(0);
    assertThat(secret.get("status").asText()).isEqualTo("sealed");
    assertThat(secret.get("version").asInt()).isEqualTo(2);
    assertThat(desk.service.waiting()).isZero();
  }

  @Test
  void read_moreThanAClientTakes_isRefusedAndReadOneByOne() {
    String large = "x".repeat(900_000);
    String[] names = {"one", "two", "three"};
    for (String name : names) {
      desk.create(name, large);
    }
    String token = desk.token(names);

    String all = "{\"secrets\":[{\"name\":\"one\"},{\"name\":\"two\"},{\"name\":\"three\"}]}";
    assertThat(desk.call("POST", Desk.READ, "Bearer " + token, all).outcome()).isEqualTo("413/8");

    var decryptor = TinkDecryptor.of(Keysets.read(directory.resolve("keyset.json")));
    try (HttpSource source = desk.source(token);
        SecretsClient client = SecretsClient.builder(source, decryptor).build()) {
      List<SecretRef> refs =
          List.of(names).stream().map(name -> SecretRef.parse("secret://" + name)).toList();
      assertThat(client.prefetch(refs)).isEmpty();
      for (SecretRef ref : refs) {
        try (SecretValue value = client.resolve(ref)) {
          assertThat(value.reveal()).isEqualTo(large);
        }
      }
    }
  }

  @Test
  void hold_withoutNews_endsUnchanged() {
    desk.create("my-secret", "some-value");

    Reply reply =
        desk.call(
            "POST", Desk.READ, "Bearer " + desk.token("my-secret"), Desk.WATCH.replace("60", "1"));

    assertThat(reply.text())
        .isEqualTo(
            "{\"secrets\":[{\"name\":\"my-secret\",\"status\":\"unchanged\",\"version\":1}]}");
  }

  @Test
  void hold_tokenRevoked_isRefused() throws Exception {
    desk.create("my-secret", "some-value");
    JsonNode minted = desk.mint("my-secret").json();
    CompletableFuture<Reply> reply = desk.held(minted.get("token").asText());

    Reply revoked =
        desk.admin("DELETE", "/v1/projects/shop/process-tokens/" + minted.get("id").asText(), null);

    assertThat(revoked.text()).isEqualTo("{}");
    assertThat(reply.get(20, TimeUnit.SECONDS).outcome()).isEqualTo("401/16");
  }

  @Test
  void start_again_hasTheSameSecretsAndTokens() {
    String id = desk.create("my-secret", VALUE);
    String token = desk.token("my-secret");
    JsonNode revoked = desk.mint("my-secret").json();
    desk.admin("DELETE", "/v1/projects/shop/process-tokens/" + revoked.get("id").asText(), null);
    String secrets = desk.admin("GET", "/v1/secrets", null).text();
    desk.close();

    desk = Desk.open(directory);

    assertThat(desk.admin("GET", "/v1/secrets", null).text()).isEqualTo(secrets).contains(id);
    assertThat(read(token, "my-secret")).isEqualTo(VALUE);
    assertThat(
            desk.call("POST", Desk.READ, "Bearer " + revoked.get("token").asText(), Desk.WATCH)
                .outcome())
        .isEqualTo("401/16");
  }

  @Test
  void hold_tokenExpires_isRefusedThen() {
    desk.create("my-secret", "some-value");
    String token =
        desk.admin(
                "POST",
                "/v1/projects/shop/process-tokens",
                "{\"role\":\"flow\",\"app\":\"x\",\"secrets\":[\"my-secret\"],\"ttlSeconds\":1}")
            .json()
            .get("token")
            .asText();

    assertThat(desk.call("POST", Desk.READ, "Bearer " + token, Desk.WATCH).outcome())
        .isEqualTo("401/16");
  }

  @Test
  void create_manyAtOnce_oneOfEachNameSucceeds() throws Exception {
    List<CompletableFuture<Integer>> replies = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      String body = "{\"name\":\"secret-" + i % 8 + "\",\"value\":\"v\"}";
      replies.add(
          CompletableFuture.supplyAsync(() -> desk.admin("POST", "/v1/secrets", body).status()));
    }

    List<Integer> statuses = new ArrayList<>();
    for (CompletableFuture<Integer> reply : replies) {
      statuses.add(reply.get(20, TimeUnit.SECONDS));
    }

    assertThat(statuses).containsOnly(200, 409);
    assertThat(statuses).filteredOn(status -> status == 200).hasSize(8);
    assertThat(desk.admin("GET", "/v1/secrets", null).json().get("secrets")).hasSize(8);
  }
}
