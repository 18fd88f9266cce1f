package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.ProcessRole;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.testing.service.ServedTokens.Minted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AuditTest {
  @TempDir Path directory;

  private List<String> lines() throws Exception {
    return Files.readAllLines(directory.resolve("audit.jsonl")).stream()
        .map(line -> line.replaceFirst("\"time\":\"[^\"]+\",", ""))
        .toList();
  }

  @Test
  void calls_areWrittenDownInOrder() throws Exception {
    try (Desk desk = Desk.open(directory)) {
      String id = desk.create("My-Secret", "some-value");
      JsonNode token = desk.mint("my-secret", "none").json();
      String authorization = "Bearer " + token.get("token").asText();
      desk.call(
          "POST",
          "/v1/projects/shop/ciphertexts",
          authorization,
          "{\"secrets\":[{\"name\":\"my-secret\"},{\"name\":\"my-secret\",\"knownVersion\":1},"
              + "{\"name\":\"none\"},{\"name\":\"other\"}]}");
      desk.call("GET", "/v1/secrets", authorization, null);
      desk.call("GET", "/v1/secrets", null, null);
      desk.admin("POST", "/v1/secrets", "{\"name\":\"my-secret\",\"value\":\"v\"}");
      desk.admin("DELETE", "/v1/secrets/" + id, null);
      String process =
          "{\"caller\":\"process\",\"token\":\""
              + token.get("id").asText()
              + "\",\"app\":\"payments\",";
      String admin = "{\"caller\":\"admin\",\"user\":\"user-1\",";

      assertThat(lines())
          .containsExactly(
              admin
                  + "\"action\":\"create-secret\",\"project\":\"shop\",\"secret\":\"My-Secret\","
                  + "\"outcome\":\"begun\"}",
              admin
                  + "\"action\":\"create-secret\",\"project\":\"shop\",\"secret\":\"My-Secret\","
                  + "\"outcome\":\"ok\",\"status\":200}",
              admin
                  + "\"action\":\"create-token\",\"project\":\"shop\",\"forApp\":\"payments\","
                  + "\"forSecrets\":[\"my-secret\",\"none\"],\"outcome\":\"begun\"}",
              admin
                  + "\"action\":\"create-token\",\"project\":\"shop\",\"tokenId\":\""
                  + token.get("id").asText()
                  + "\",\"outcome\":\"ok\",\"status\":200}",
              process
                  + "\"action\":\"read-ciphertext\",\"project\":\"shop\",\"secret\":\"my-secret\","
                  + "\"outcome\":\"ok\",\"status\":200}",
              process
                  + "\"action\":\"read-ciphertext\",\"project\":\"shop\",\"secret\":\"none\","
                  + "\"outcome\":\"not_found\",\"status\":200}",
              process
                  + "\"action\":\"read-ciphertext\",\"project\":\"shop\",\"secret\":\"other\","
                  + "\"outcome\":\"denied\",\"status\":200}",
              process
                  + "\"action\":\"list-secrets\",\"project\":\"shop\",\"outcome\":\"denied\","
                  + "\"status\":403}",
              "{\"caller\":\"unknown\",\"action\":\"unknown\",\"outcome\":\"denied\",\"status\":401}",
              admin
                  + "\"action\":\"create-secret\",\"project\":\"shop\",\"secret\":\"my-secret\","
                  + "\"outcome\":\"begun\"}",
              admin
                  + "\"action\":\"create-secret\",\"project\":\"shop\",\"secret\":\"my-secret\","
                  + "\"outcome\":\"exists\",\"status\":409}",
              admin
                  + "\"action\":\"delete-secret\",\"project\":\"shop\",\"secret\":\"My-Secret\","
                  + "\"outcome\":\"begun\"}",
              admin
                  + "\"action\":\"delete-secret\",\"project\":\"shop\",\"secret\":\"My-Secret\","
                  + "\"outcome\":\"ok\",\"status\":200}");
    }
  }

  @Test
  void callsOfStrangers_areCountedOnceThereAreManyInAMinute() throws Exception {
    var now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    InstantSource told = now::get;
    try (Desk desk = Desk.open(directory, b -> b.clock(told.withZone(ZoneOffset.UTC)))) {
      for (int i = 0; i < 100; i++) {
        desk.call("GET", "/v1/secrets", null, null);
      }
      assertThat(lines()).hasSize(60);
      now.updateAndGet(instant -> instant.plusSeconds(60));
      desk.call("GET", "/v1/secrets", null, null);
      desk.call("GET", "/v1/secrets", null, null);
    }

    assertThat(lines()).hasSize(62);
    assertThat(lines().get(60)).contains("\"unwritten\":40");
    assertThat(lines().get(61)).doesNotContain("unwritten");
  }

  @Test
  void callsOfStrangers_thatAreNotWrittenDown_areCountedAtTheEnd() throws Exception {
    var now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    InstantSource told = now::get;
    try (Desk desk = Desk.open(directory, b -> b.clock(told.withZone(ZoneOffset.UTC)))) {
      for (int i = 0; i < 100; i++) {
        desk.call("GET", "/v1/secrets", null, null);
      }
      now.updateAndGet(instant -> instant.plusSeconds(3600));
    }

    assertThat(lines()).hasSize(61);
    assertThat(lines().get(60)).contains("\"unwritten\":39", "\"status\":401");
    assertThat(Files.readString(directory.resolve("audit.jsonl")).lines())
        .allMatch(line -> line.startsWith("{\"time\":\"2026-01-01T00:00:00Z\""));
  }

  @Test
  void readsThatAreRefused_areCountedOnceThereAreManyOfAToken() throws Exception {
    Clock still = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
    try (Desk desk = Desk.open(directory, options -> options.clock(still))) {
      desk.create("my-secret", "some-value");
      String token = "Bearer " + desk.token("my-secret");
      String another = "Bearer " + desk.token("my-secret");
      for (int i = 0; i < 35; i++) {
        String both = "{\"secrets\":[{\"name\":\"my-secret\"},{\"name\":\"a\"},{\"name\":\"b\"}]}";
        desk.call("POST", "/v1/projects/shop/ciphertexts", token, both);
      }
      String one = "{\"secrets\":[{\"name\":\"c\"}]}";
      desk.call("POST", "/v1/projects/shop/ciphertexts", another, one);

      assertThat(lines()).filteredOn(line -> line.contains("\"denied\"")).hasSize(61);
      assertThat(lines()).filteredOn(line -> line.contains("\"read-ciphertext\"")).hasSize(96);
    }
    assertThat(lines().get(lines().size() - 1))
        .contains("\"secret\":\"b\"", "\"unwritten\":9", "\"denied\"");
  }

  @Test
  void token_isRevoked_thoughNothingCanBeWrittenDown() throws Exception {
    try (DataDirectory data = DataDirectory.open(directory)) {
      AuditLog log = AuditLog.open(data, Clock.systemUTC());
      ServedTokens tokens = ServedTokens.load(data, Clock.systemUTC());
      var grant =
          new ServedToken.Grant(ProcessRole.WORK, "app", Set.of(SecretName.parse("my-secret")));
      Minted minted = tokens.mint("shop", new ServedToken.Wish(grant, Duration.ofHours(1)));
      var changes = new Changes(log, new CiphertextReads(tokens, log, Clock.systemUTC()));
      var management = new Management(List.of("shop"), tokens, changes);
      var deed = new Deed(new Caller.Admin("user-1"), "revoke-token", "shop");
      log.close();
      assertThatThrownBy(() -> changes.begin(deed))
          .isInstanceOf(SecretUnavailableException.class)
          .hasMessageContaining("disk is not full");

      management.revoke(deed, "shop", minted.token().id());

      assertThat(tokens.find(minted.text())).isEmpty();
    }
  }

  @Test
  void bodyThatIsTooLarge_isWrittenDown() throws Exception {
    try (Desk desk = Desk.open(directory)) {
      desk.admin("POST", "/v1/secrets", " ".repeat((2 << 20) + 1));
    }

    assertThat(lines())
        .containsExactly(
            "{\"caller\":\"admin\",\"user\":\"user-1\",\"action\":\"create-secret\","
                + "\"project\":\"shop\",\"outcome\":\"refused\",\"status\":413}");
  }

  @Test
  void callThatIsForNoProject_isWrittenDownWithoutOne() throws Exception {
    try (Desk desk = Desk.open(directory)) {
      desk.admin("GET", "/v1/memberships", null);
    }

    assertThat(lines())
        .containsExactly(
            "{\"caller\":\"admin\",\"user\":\"user-1\",\"action\":\"list-memberships\","
                + "\"outcome\":\"ok\",\"status\":200}");
  }

  @Test
  void log_isReadFromItsEnd() throws Exception {
    try (Desk desk = Desk.open(directory)) {
      for (int i = 0; i < 5; i++) {
        desk.admin("GET", "/v1/memberships", null);
      }
      desk.admin("GET", "/v1/projects/shop", null);

      var reply = desk.admin("GET", "/v1/audit?limit=2", null);

      assertThat(reply.response().headers().firstValue("Content-Type"))
          .contains("application/jsonl; charset=utf-8");
      List<String> all = Files.readAllLines(directory.resolve("audit.jsonl"));
      assertThat(reply.text().lines()).containsExactly(all.get(4), all.get(5));
      assertThat(desk.admin("GET", "/v1/audit", null).text().lines()).hasSize(7);
      for (String limit : List.of("0", "1001", "x", "", "-1", "1e2")) {
        assertThat(desk.admin("GET", "/v1/audit?limit=" + limit, null).outcome())
            .isEqualTo("400/3");
      }
    }
  }

  @Test
  void log_thatIsLarge_isReadInWholeLines() throws Exception {
    String line = "{\"time\":\"" + "x".repeat(3_000) + "\"}";
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("audit.jsonl"), (line + "\n").repeat(1_000));
    try (Desk desk = Desk.open(directory)) {
      assertThat(desk.admin("GET", "/v1/audit?limit=1000", null).text().lines())
          .hasSizeBetween(300, 400)
          .containsOnly(line);
    }
  }

  @Test
  void start_afterALineThatWasCutOff_beginsANewOne() throws Exception {
    Desk.open(directory).close();
    Files.writeString(
        directory.resolve("audit.jsonl"), "{\"time\":\"2026", StandardOpenOption.APPEND);

    try (Desk desk = Desk.open(directory)) {
      desk.admin("GET", "/v1/memberships", null);
    }

    assertThat(lines()).hasSize(2);
    assertThat(new ObjectMapper().readTree(lines().get(1)).get("action").asText())
        .isEqualTo("list-memberships");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void directory_thatOthersCanWriteIn_isRefused() throws Exception {
    Path open = directory.resolve("data");
    Files.createDirectory(open);
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> Desk.open(open))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageContaining("Others can write in " + open)
        .hasMessageContaining("chmod 700");
    assertThat(open).isEmptyDirectory();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void partsThatOthersCanUse_areRefused() throws Exception {
    Desk desk = Desk.open(directory);
    desk.token("my-secret");
    desk.close();
    Path tokens = directory.resolve("tokens");
    Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> Desk.open(directory))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageContaining("Others can write in " + tokens);
    Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rwx------"));

    try (var files = Files.list(tokens)) {
      Path token = files.findAny().orElseThrow();
      Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-rw-rw-"));
      assertThatThrownBy(() -> Desk.open(directory))
          .isInstanceOf(SecretConfigurationException.class)
          .hasMessageContaining("Others can use " + token);
      Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
    }

    Path project = Files.createDirectories(directory.resolve("secrets/shop"));
    Files.setPosixFilePermissions(project, PosixFilePermissions.fromString("rwxrwx---"));
    assertThatThrownBy(() -> Desk.open(directory))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageContaining("Others can write in " + project);
    Files.setPosixFilePermissions(project, PosixFilePermissions.fromString("rwx------"));

    Path keyset = directory.resolve("keyset.json");
    Files.setPosixFilePermissions(keyset, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Desk.open(directory))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageContaining("Others can use " + keyset)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void keysetThatIsMissing_whereThereAreSecrets_isAnError() throws Exception {
    try (Desk desk = Desk.open(directory)) {
      desk.create("my-secret", "some-value");
    }
    Path keyset = directory.resolve("keyset.json");
    Path copy = Files.move(keyset, directory.resolve("copy.json"));

    assertThatThrownBy(() -> Desk.open(directory))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageContaining(keyset + " is missing")
        .hasMessageContaining("Put it back");
    assertThat(keyset).doesNotExist();
    Files.move(copy, keyset);
    Desk.open(directory).close();
  }

  @Test
  void leftoversOfAKill_areRemoved() throws Exception {
    Desk.open(directory).close();
    Path inRoot = Files.createFile(directory.resolve(".tmp-1"));
    Files.createDirectories(directory.resolve("details/shop"));
    Path below = Files.createFile(directory.resolve("details/shop/.tmp-2"));
    Path ofOthers = Files.createDirectory(directory.resolve("lost+found")).resolve(".tmp-3");
    Files.createFile(ofOthers);

    Desk.open(directory).close();

    assertThat(inRoot).doesNotExist();
    assertThat(below).doesNotExist();
    assertThat(ofOthers).exists();
  }

  @Test
  void directoryThatIsAFile_isAnError() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> Desk.open(file)).hasMessageContaining(file + " is a file");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void logThatIsALink_isNotFollowed() throws Exception {
    Path elsewhere = Files.createFile(directory.resolve("elsewhere"));
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.createSymbolicLink(data.resolve("audit.jsonl"), elsewhere);

    assertThatThrownBy(() -> Desk.open(data)).isInstanceOf(SecretUnavailableException.class);
    assertThat(elsewhere).isEmptyFile();
  }

  @Test
  void copyOfATokenFile_isAnError() throws Exception {
    try (Desk desk = Desk.open(directory)) {
      desk.create("my-secret", "some-value");
      desk.token("my-secret");
    }
    Path tokens = directory.resolve("tokens");
    try (var files = Files.list(tokens)) {
      Files.copy(files.findFirst().orElseThrow(), tokens.resolve("backup.json"));
    }

    assertThatThrownBy(() -> Desk.open(directory))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageContaining("backup.json is damaged, or a copy of another");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void files_areTheOwnersAlone() throws Exception {
    try (Desk desk = Desk.open(directory.resolve("data"))) {
      desk.create("my-secret", "some-value");
      desk.token("my-secret");
    }
    try (var files = Files.walk(directory.resolve("data"))) {
      assertThat(files)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .endsWith("------"));
    }
  }
}
