package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.SecretName;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.testing.service.Desk.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class ManagementTest {
  private static final String SECRETS = "/v1/projects/shop/secrets";

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

  private List<String> names(String path) {
    List<String> names = new ArrayList<>();
    for (JsonNode secret : desk.admin("GET", path, null).json().get("secrets")) {
      names.add(secret.get("name").asText());
    }
    return names;
  }

  @Test
  void create_secret_isTheModelWithoutTheValue() {
    Instant before = Instant.now();

    Reply reply =
        desk.admin(
            "POST",
            SECRETS,
            "{\"name\":\"My-Secret\",\"type\":\"SECRET_TYPE_CONTAINER_REGISTRY\","
                + "\"value\":\"some-value\",\"new\":{\"field\":[1]}}");

    JsonNode secret = reply.json();
    List<String> fields = new ArrayList<>();
    secret.fieldNames().forEachRemaining(fields::add);
    assertThat(fields)
        .containsExactly(
            "clusterId",
            "createdAt",
            "id",
            "name",
            "orgId",
            "projectId",
            "type",
            "updatedAt",
            "userId");
    assertThat(secret.get("name").asText()).isEqualTo("My-Secret");
    assertThat(secret.get("projectId").asText()).isEqualTo("shop");
    assertThat(secret.get("type").asText()).isEqualTo("SECRET_TYPE_CONTAINER_REGISTRY");
    assertThat(secret.get("userId").asText()).isEqualTo("user-1");
    assertThat(Instant.parse(secret.get("createdAt").asText())).isBetween(before, Instant.now());
    assertThat(secret.get("updatedAt")).isEqualTo(secret.get("createdAt"));
    String id = secret.get("id").asText();
    assertThat(id).matches("[0-9a-f]{32}");
    assertThat(desk.admin("GET", SECRETS + "/" + id, null).json()).isEqualTo(secret);
    assertThat(desk.admin("GET", SECRETS, null).json().get("secrets")).containsExactly(secret);
  }

  @Test
  void answers_areNotCachedAndSayNothingOfTheServer() {
    var headers = desk.admin("GET", SECRETS, null).response().headers();
    assertThat(headers.firstValue("Cache-Control")).contains("no-store");
    assertThat(headers.firstValue("Content-Type")).contains("application/json");
    assertThat(headers.firstValue("Server")).isEmpty();
    assertThat(headers.firstValue("X-Powered-By")).isEmpty();
  }

  @Test
  void list_byType_isOfTheType() {
    desk.create("b-secret", "some-value");
    desk.admin("POST", SECRETS, "{\"name\":\"a\",\"type\":\"SECRET_TYPE_AWS\",\"value\":\"v\"}");

    assertThat(names(SECRETS)).containsExactly("a", "b-secret");
    assertThat(names(SECRETS + "?type=SECRET_TYPE_AWS")).containsExactly("a");
    assertThat(names(SECRETS + "?x=y&type=SECRET_TYPE_UNSPECIFIED")).containsExactly("b-secret");
    assertThat(desk.admin("GET", SECRETS + "?type=aws", null).outcome()).isEqualTo("400/3");
  }

  @Test
  void replace_secret_keepsAllButTheUpdate() {
    String id = desk.create("my-secret", "some-value");
    JsonNode old = desk.admin("GET", SECRETS + "/" + id, null).json();

    Reply reply = desk.admin("PUT", SECRETS + "/" + id, "{\"value\":\"other-value\"}");

    assertThat(reply.json().get("id").asText()).isEqualTo(id);
    assertThat(reply.json().get("createdAt")).isEqualTo(old.get("createdAt"));
    assertThat(Instant.parse(reply.json().get("updatedAt").asText()))
        .isAfter(Instant.parse(old.get("updatedAt").asText()));
  }

  @Test
  void delete_secret_endsItsId() {
    String id = desk.create("my-secret", "some-value");

    assertThat(desk.admin("DELETE", SECRETS + "/" + id, null).text()).isEqualTo("{}");

    assertThat(names(SECRETS)).isEmpty();
    String next = desk.create("my-secret", "some-value");
    assertThat(next).isNotEqualTo(id);
    for (String method : List.of("GET", "DELETE")) {
      assertThat(desk.admin(method, SECRETS + "/" + id, null).outcome()).isEqualTo("404/5");
    }
    assertThat(desk.admin("PUT", SECRETS + "/" + id, "{\"value\":\"v\"}").outcome())
        .isEqualTo("404/5");
  }

  @Test
  void valueInBase64_isWhatIsSealed() {
    byte[] bytes = {0, (byte) 0xff, '"', '\\', (byte) 0x80};
    String base64 = Base64.getEncoder().encodeToString(bytes);
    Reply reply =
        desk.admin("POST", SECRETS, "{\"name\":\"a\",\"valueBase64\":\"" + base64 + "\"}");
    assertThat(reply.outcome()).as(reply.text()).isEqualTo("200");

    var decryptor = TinkDecryptor.of(Keysets.read(directory.resolve("keyset.json")));
    var query = CiphertextQuery.newest(SecretName.parse("a"));
    try (HttpSource source = desk.source(desk.token("a"))) {
      var answer = source.fetch(FetchRequest.of(List.of(query), Duration.ofSeconds(10))).get(0);
      assertThat(decryptor.open(((CiphertextAnswer.Sealed) answer).secret())).isEqualTo(bytes);
    }
    for (String value :
        List.of(
            "\"valueBase64\":\"a\"",
            "\"valueBase64\":\"AA==\",\"value\":\"v\"",
            "\"valueBase64\":1")) {
      assertThat(desk.admin("POST", SECRETS, "{\"name\":\"b\"," + value + "}").outcome())
          .isEqualTo("400/3");
    }
    assertThat(names(SECRETS)).containsExactly("a");
  }

  @Test
  void versions_areThoseSinceTheCreation() {
    String first = desk.create("my-secret", "some-value");
    desk.admin("DELETE", SECRETS + "/" + first, null);
    String id = desk.create("my-secret", "some-value");
    desk.replace(id, "other-value");

    JsonNode versions =
        desk.admin("GET", SECRETS + "/" + id + "/versions", null).json().get("versions");

    assertThat(versions)
        .extracting(version -> version.get("version").asLong())
        .containsExactly(4L, 3L);
    JsonNode secret = desk.admin("GET", SECRETS + "/" + id, null).json();
    assertThat(versions.get(0).get("createdAt")).isEqualTo(secret.get("updatedAt"));
    assertThat(versions.get(1).get("createdAt")).isEqualTo(secret.get("createdAt"));
  }

  @Test
  void versions_ofASecretWithMany_areTheNewestHundred() {
    String id = desk.create("my-secret", "some-value");
    for (int i = 0; i < 100; i++) {
      desk.replace(id, "value-" + i);
    }

    JsonNode versions =
        desk.admin("GET", SECRETS + "/" + id + "/versions", null).json().get("versions");

    assertThat(versions).hasSize(100);
    assertThat(versions.get(0).get("version").asLong()).isEqualTo(101);
    assertThat(versions.get(99).get("version").asLong()).isEqualTo(2);
  }

  @Test
  void name_isCheckedByTheGrammar() {
    desk.create("my-secret", "some-value");
    String path = "/v1/projects/shop/secret-names";

    assertThat(desk.admin("POST", path, "{\"name\":\"other\"}").text())
        .isEqualTo("{\"valid\":true,\"exists\":false}");
    assertThat(desk.admin("POST", path, "{\"name\":\"MY-SECRET\"}").text())
        .isEqualTo("{\"valid\":true,\"exists\":true}");
    JsonNode bad = desk.admin("POST", path, "{\"name\":\"my_secret\"}").json();
    assertThat(bad.get("valid").asBoolean()).isFalse();
    assertThat(bad.get("problem").asText()).contains("at character 3");
    assertThat(bad.get("remedy").asText()).contains("my-secret");
    assertThat(desk.admin("POST", path, "{}").outcome()).isEqualTo("400/3");
    assertThat(desk.admin("POST", path, "{\"name\":\"a\",\"value\":\"v\"}").outcome())
        .isEqualTo("400/3");
  }

  @Test
  void tokens_areListedRenewedAndRevoked() {
    String path = "/v1/projects/shop/process-tokens";
    String id = desk.mint("b-secret", "A-secret").json().get("id").asText();
    JsonNode listed = desk.admin("GET", path, null).json().get("tokens");
    assertThat(listed).hasSize(1);
    JsonNode token = listed.get(0);
    assertThat(token.get("id").asText()).isEqualTo(id);
    assertThat(token.get("role").asText()).isEqualTo("work");
    assertThat(token.get("app").asText()).isEqualTo("payments");
    assertThat(token.get("secrets"))
        .extracting(JsonNode::asText)
        .containsExactly("A-secret", "b-secret");

    Reply narrowed =
        desk.admin("PUT", path + "/" + id, "{\"secrets\":[\"b\"],\"ttlSeconds\":86400}");
    assertThat(narrowed.outcome()).isEqualTo("400/3");
    assertThat(narrowed.message()).isEqualTo("The body has a field other than ttlSeconds.");
    Reply renewed = desk.admin("PUT", path + "/" + id, "{\"ttlSeconds\":86400}");

    assertThat(Instant.parse(renewed.json().get("expiresAt").asText()))
        .isAfter(Instant.parse(token.get("expiresAt").asText()));
    assertThat(renewed.json().has("token")).isFalse();
    assertThat(desk.admin("GET", path, null).json().get("tokens").get(0).get("expiresAt"))
        .isEqualTo(renewed.json().get("expiresAt"));
    assertThat(desk.admin("PUT", path + "/" + id, "{}").outcome()).isEqualTo("400/3");
    assertThat(desk.admin("GET", "/v1/projects/other/process-tokens", null).text())
        .isEqualTo("{\"tokens\":[]}");
    desk.admin("DELETE", path + "/" + id, null);
    assertThat(desk.admin("GET", path, null).text()).isEqualTo("{\"tokens\":[]}");
    assertThat(desk.admin("PUT", path + "/" + id, "{\"ttlSeconds\":60}").outcome())
        .isEqualTo("404/5");
  }

  @Test
  void userScopedPaths_areOfTheFirstProject() {
    String id = desk.create("my-secret", "some-value");

    assertThat(names("/v1/secrets")).containsExactly("my-secret");
    assertThat(desk.admin("GET", "/v1/secrets/" + id, null).json().get("projectId").asText())
        .isEqualTo("shop");
    assertThat(names("/v1/projects/other/secrets")).isEmpty();
    assertThat(desk.admin("GET", "/v1/projects/other/secrets/" + id, null).outcome())
        .isEqualTo("404/5");
    assertThat(desk.admin("POST", "/v1/secrets", "{\"name\":\"x\",\"value\":\"v\"}").status())
        .isEqualTo(200);
    assertThat(names(SECRETS)).containsExactly("my-secret", "x");
  }

  @Test
  void projects_areThoseServed() {
    assertThat(desk.admin("GET", "/v1/projects/other", null).text())
        .isEqualTo(
            "{\"id\":\"other\",\"name\":\"other\",\"displayName\":\"other\","
                + "\"ownerId\":\"user-1\"}");
    assertThat(desk.admin("GET", "/v1/memberships", null).json().get("memberships"))
        .extracting(membership -> membership.get("projectId").asText())
        .containsExactly("shop", "other");
    assertThat(desk.admin("GET", "/v1/projects/none", null).outcome()).isEqualTo("404/5");
  }

  @Test
  void create_nameThatExistsIgnoringCase_isConflict() {
    desk.create("my-secret", "some-value");

    Reply reply = desk.admin("POST", SECRETS, "{\"name\":\"MY-SECRET\",\"value\":\"other\"}");

    assertThat(reply.outcome()).isEqualTo("409/6");
    assertThat(reply.message())
        .isEqualTo(
            "A secret named 'my-secret' exists in project 'shop' already. Replace its value, or"
                + " choose another name.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"name\":\"my_secret\",\"value\":\"v\"}| ",
        "{\"name\":\"9x\",\"value\":\"v\"}| ",
        "{\"name\":7,\"value\":\"v\"}|A name is not text.",
        "{\"value\":\"v\"}|The body has no name.",
        "{\"name\":\"x\"}|The body has no value.",
        "{\"name\":\"x\",\"value\":null}|The value is not text.",
        "{\"name\":\"x\",\"value\":\"\\ud800\"}|The value has half of a surrogate pair.",
        "{\"name\":\"x\",\"value\":\"v\",\"type\":\"AWS\"}|A type is SECRET_TYPE_ and capital"
            + " letters, such as SECRET_TYPE_UNSPECIFIED.",
        "{\"name\":\"x\",\"value\":\"v\",\"value\":\"w\"}|The body is not well-formed JSON.",
        "{\"name\":\"x\",\"value\":\"v\"} {}|Something follows the JSON of the body.",
        "[]|The body is not a JSON object.",
        "{\"name\":\"x\",\"value\":\"v|The body is not well-formed JSON.",
      })
  void create_badBody_isRefusedWithTheReason(String body, String message) {
    Reply reply = desk.admin("POST", SECRETS, body);
    assertThat(reply.outcome()).isEqualTo("400/3");
    if (message != null) {
      assertThat(reply.message()).isEqualTo(message);
    }
    assertThat(names(SECRETS)).isEmpty();
  }

  @Test
  void create_illegalName_saysWhichRule() {
    Reply reply = desk.admin("POST", SECRETS, "{\"name\":\"my_secret\",\"value\":\"v\"}");
    assertThat(reply.message())
        .isEqualTo(
            "A secret name holds only letters, digits, dashes and periods (at character 3).");
  }

  @Test
  void create_valueOverTheLimit_isRefused() {
    String value = "x".repeat((1 << 20) + 1);
    assertThat(
            desk.admin("POST", SECRETS, "{\"name\":\"x\",\"value\":\"" + value + "\"}").outcome())
        .isEqualTo("400/3");
    assertThat(
            desk.admin("POST", SECRETS, "{\"name\":\"x\",\"value\":\"" + value + value + "\"}")
                .outcome())
        .isEqualTo("413/8");
  }

  @Test
  void start_directoryInUse_throws() {
    assertThatThrownBy(() -> Desk.open(directory))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Another service uses "
                + directory.toAbsolutePath()
                + ". Stop it, or choose another directory.");
  }

  @Test
  void start_serverWouldLogWhatItReceives_throws() {
    var jetty = (Logger) LoggerFactory.getLogger("org.eclipse.jetty");
    jetty.setLevel(Level.DEBUG);
    try {
      Path another = directory.resolve("another");
      assertThatThrownBy(() -> Desk.open(another))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "At DEBUG, Jetty logs the values and credentials that it receives. Set the level of"
                  + " the logger org.eclipse.jetty to INFO.");
      jetty.setLevel(Level.INFO);
      Desk.open(another).close();
    } finally {
      jetty.setLevel(Level.INFO);
    }
  }
}
