package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import dev.latchkey.client.ClientSettings;
import dev.latchkey.client.SecretsClient;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkSealer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program does with the service that it runs. */
@Timeout(60)
class OwnDeedsTest {
  private static final SecretRef SECRET = SecretRef.parse("secret://my-secret");

  @TempDir Path directory;

  private String read(LocalSecretsService service, String... names) {
    try (SecretsClient client = ClientSettings.of(service.settings(names)).connect();
        SecretValue value = client.resolve(SECRET)) {
      return value.reveal();
    }
  }

  private List<String> audit() throws IOException {
    return Files.readAllLines(directory.resolve("audit.jsonl"));
  }

  @Test
  void put_andSettings_areAllThatAProcessNeeds() throws Exception {
    try (Desk desk = Desk.open(directory)) {
      assertThat(desk.service.put("my-secret", "some-value")).isEqualTo(1);
      assertThat(read(desk.service, "my-secret", "another")).isEqualTo("some-value");
      assertThat(desk.service.put("my-secret", "other-value".getBytes(UTF_8))).isEqualTo(2);
      assertThat(read(desk.service, "my-secret")).isEqualTo("other-value");

      var listed = desk.admin("GET", "/v1/projects/shop/secrets", null).json().get("secrets");
      assertThat(listed).hasSize(1);
      assertThat(listed.get(0).get("userId").asText()).isEqualTo("user-1");
    }
    assertThat(audit().get(0))
        .contains("\"user\":\"user-1\"", "\"put-secret\"", "\"my-secret\"", "\"begun\"");
    assertThat(audit().get(1)).contains("\"put-secret\"", "\"my-secret\"", "\"ok\"");
    assertThat(audit().get(2))
        .contains("\"forApp\":\"LocalSecretsService\"", "\"another\"", "\"my-secret\"");
    assertThat(audit().get(3)).contains("\"tokenId\":\"", "\"ok\"");
    assertThat(String.join("", audit())).doesNotContain("-value");
  }

  @Test
  void put_tellsProcessesThatWait() throws Exception {
    try (Desk desk = Desk.open(directory)) {
      desk.service.put("my-secret", "some-value");
      var rotated = new CountDownLatch(1);
      try (SecretsClient client = ClientSettings.of(desk.service.settings("my-secret")).connect()) {
        client.onRotation(SECRET, rotated::countDown);
        client.resolve(SECRET).close();
        desk.awaitWaiting(1);
        desk.service.put("my-secret", "other-value");
        assertThat(rotated.await(30, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void settings_areForTheirSecretsAlone() {
    try (Desk desk = Desk.open(directory)) {
      desk.service.put("my-secret", "some-value");
      assertThatThrownBy(() -> read(desk.service, "another"))
          .isInstanceOf(SecretAccessDeniedException.class);
    }
  }

  @Test
  void settings_ofTlsAndASealer_nameWhatThereIs() {
    try (Desk desk =
        Desk.open(
            directory,
            options -> options.tlsSelfSigned().sealer(TinkSealer.of(Keysets.generate())))) {
      desk.service.put("my-secret", "some-value");
      Map<String, String> settings = desk.service.settings("my-secret");
      assertThat(settings)
          .containsEntry("LATCHKEY_CA_FILE", directory.resolve("certificate.pem").toString())
          .containsEntry("LATCHKEY_PROJECT", "shop")
          .containsOnlyKeys(
              "LATCHKEY_SOURCE",
              "LATCHKEY_PROJECT",
              "LATCHKEY_TOKEN",
              "LATCHKEY_ROLE",
              "LATCHKEY_CA_FILE");
    }
  }

  @Test
  void delete_isOfWhatIsThere() throws Exception {
    try (Desk desk = Desk.open(directory)) {
      desk.service.put("my-secret", "some-value");
      assertThatThrownBy(() -> desk.service.delete("my-secrte"))
          .isInstanceOf(SecretNotFoundException.class)
          .hasMessageContaining("Nearest name: my-secret");
      desk.service.delete("my-secret");
      assertThatThrownBy(() -> read(desk.service, "my-secret"))
          .isInstanceOf(SecretNotFoundException.class);
      assertThat(directory.resolve("details/shop")).isEmptyDirectory();
    }
    assertThat(audit())
        .anyMatch(line -> line.contains("\"delete-secret\"") && line.contains("\"not_found\""))
        .anyMatch(line -> line.contains("\"delete-secret\"") && line.contains("\"ok\""));
  }

  @Test
  void badInput_changesNothing() throws Exception {
    try (Desk desk = Desk.open(directory)) {
      assertThatThrownBy(() -> desk.service.put("my_secret", "some-value"))
          .isInstanceOf(MalformedSecretException.class);
      assertThatThrownBy(() -> desk.service.put("my-secret", "\ud800"))
          .isInstanceOf(SecretValueException.class);
      assertThatThrownBy(desk.service::settings).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> desk.service.settings("my_secret"))
          .isInstanceOf(MalformedSecretException.class);
      assertThat(audit()).isEmpty();

      desk.service.close();
      assertThatThrownBy(() -> desk.service.put("my-secret", "some-value"))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> desk.service.settings("my-secret"))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(audit()).isEmpty();
  }

  @Test
  void stores_areServedInPlaceOfTheDirectory() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path data = directory.resolve("data");
    try (SecretStore first = DirectoryStore.open(elsewhere, "first");
        SecretStore second = DirectoryStore.open(elsewhere, "second")) {
      try (Desk desk = Desk.open(data, options -> options.stores(first, second))) {
        desk.service.put("my-secret", "some-value");
        assertThat(read(desk.service, "my-secret")).isEqualTo("some-value");
        assertThat(desk.admin("GET", "/v1/memberships", null).text())
            .contains("\"first\"", "\"second\"")
            .doesNotContain("\"shop\"");
      }
      assertThat(first.find(SecretName.parse("my-secret"))).isPresent();
      assertThat(data.resolve("secrets")).doesNotExist();

      assertThatThrownBy(() -> LocalSecretsService.builder(data).stores(first, first))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("first");
    }
  }

  @Test
  void stores_withSecretsOfAnotherKeyset_areRefused() throws Exception {
    Path data = directory.resolve("data");
    try (SecretStore store =
        DirectoryStore.open(Files.createDirectory(directory.resolve("elsewhere")), "first")) {
      try (Desk desk = Desk.open(data, options -> options.stores(store))) {
        desk.service.put("my-secret", "some-value");
      }
      Files.delete(data.resolve("keyset.json"));
      assertThatThrownBy(() -> Desk.open(data, options -> options.stores(store)))
          .isInstanceOf(SecretConfigurationException.class)
          .hasMessageContaining(
              "The stores have secrets, and the keyset that they were sealed with is not in "
                  + data.resolve("keyset.json"));
      assertThat(data.resolve("keyset.json")).doesNotExist();
    }
  }

  @Test
  void interruption_ofAThreadThatWrites_leavesTheServiceWhole() {
    try (Desk desk = Desk.open(directory)) {
      desk.service.put("my-secret", "some-value");
      Thread.currentThread().interrupt();
      try {
        assertThatThrownBy(() -> desk.service.put("my-secret", "other-value"))
            .isInstanceOf(SecretUnavailableException.class);
        assertThatThrownBy(() -> desk.service.settings("my-secret"))
            .isInstanceOf(SecretUnavailableException.class)
            .hasMessageContaining("The thread was interrupted while it used ");
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }

      assertThat(read(desk.service, "my-secret")).isEqualTo("some-value");
      assertThat(desk.service.put("my-secret", "third-value")).isEqualTo(2);
      assertThat(read(desk.service, "my-secret")).isEqualTo("third-value");
    }
  }

  @Test
  void close_ofAnInterruptedThread_endsAll() {
    Desk desk = Desk.open(directory);
    Thread.currentThread().interrupt();
    try {
      desk.close();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(desk.service.threads()).isZero();
    Desk.open(directory).close();
  }

  @Test
  void close_again_leavesTheDirectoryToWhoHasItNow() {
    Desk first = Desk.open(directory);
    first.close();
    try (Desk second = Desk.open(directory)) {
      first.close();
      assertThatThrownBy(() -> Desk.open(directory))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Another service uses ");
      second.service.put("my-secret", "some-value");
    }
  }

  @Test
  void threads_areDaemons() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (Desk desk = Desk.open(directory)) {
      desk.service.put("my-secret", "some-value");
      var held = new CompletableFuture<Desk.Reply>();
      String token = "Bearer " + desk.token("my-secret");
      var caller = new Thread(() -> held.complete(desk.call("POST", Desk.READ, token, Desk.WATCH)));
      caller.setDaemon(true);
      caller.start();
      desk.awaitWaiting(1); // Its end is a task of the timer.

      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> !before.contains(thread))
          .anyMatch(thread -> thread.getName().startsWith("latchkey-service-timer"))
          .allMatch(Thread::isDaemon);

      desk.service.put("my-secret", "other-value");
      assertThat(held.join().outcome()).isEqualTo("200");
    }
  }

  @Test
  void stores_thatCannotBeWritten_areAnError() throws Exception {
    SecretStore store =
        DirectoryStore.open(Files.createDirectory(directory.resolve("elsewhere")), "first");
    try (Desk desk = Desk.open(directory.resolve("data"), options -> options.stores(store))) {
      store.close();
      assertThatThrownBy(() -> desk.service.put("my-secret", "some-value"))
          .isInstanceOf(SecretUnavailableException.class);
      assertThat(desk.admin("GET", "/v1/projects/first/secrets", null).status()).isEqualTo(503);
    }
  }
}
