package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From the admin's hand to the app's variable: settings, keyset file, directory, environment. */
@Timeout(60)
class EndToEndTest {
  private static final String CHECK_KEYSET =
      " Check that this process has the keyset that it was sealed with, in LATCHKEY_KEYSET_FILE or"
          + " LATCHKEY_KEYSET, and that the ciphertext was neither changed nor moved.";

  @TempDir Path root;
  @TempDir Path keys;

  private final Map<String, String> settings = new HashMap<>();
  private final Map<String, String> variables = new HashMap<>();
  private Path keysetFile = Path.of("");

  @BeforeEach
  void configure() {
    keysetFile = keys.resolve("keyset.json");
    settings.put("LATCHKEY_SOURCE", root.toUri().toString());
    settings.put("LATCHKEY_PROJECT", "shop");
    settings.put("LATCHKEY_KEYSET_FILE", keysetFile.toString());
    variables.put("MY_APP_SECRET", "secret://my-secret");
  }

  private Keyset create(Keyset keyset) {
    Keysets.create(keysetFile, keyset.toCleartextJson());
    return keyset;
  }

  private interface Write {
    void to(SecretsAdmin admin, SecretValue value);
  }

  private void write(String value, Write write) {
    ClientSettings settings = ClientSettings.of(this.settings);
    try (SecretStore store = settings.store();
        SecretValue secret = SecretValue.of(value)) {
      write.to(new SecretsAdmin(store, settings.sealer()), secret);
    }
  }

  private void create(String name, String value) {
    write(value, (admin, secret) -> admin.create(SecretName.parse(name), secret));
  }

  private void replace(String name, String value) {
    write(value, (admin, secret) -> admin.replace(SecretName.parse(name), secret));
  }

  private SecretEnvironment environment(SecretsClient client) {
    return SecretEnvironment.builder()
        .environment(variables)
        .role(ProcessRole.FLOW)
        .resolver(client)
        .build();
  }

  private SecretsClient connect() {
    return ClientSettings.of(settings).connect();
  }

  /** Returns what a new process reads. */
  private String get(String variable) {
    try (SecretsClient client = connect()) {
      return environment(client).get(variable);
    }
  }

  @Test
  void get_everyForm_isTheValue() {
    create(Keysets.generate());
    create("my-secret", "some-value");
    create("db", "{\"user\":\"app\",\"password\":\"hunter2\"}");
    replace("my-secret", "newer-value");
    variables.put("PINNED", "secret://my-secret?version=1");
    variables.put("URL", "jdbc:postgresql://${secret://db#/user}:${secret://db#/password}@db/app");
    variables.put("NONE", "secret://none?optional");
    variables.put("PLAIN", "plain");

    try (SecretsClient client = connect()) {
      SecretEnvironment environment = environment(client);
      environment.prefetch();
      assertThat(environment.asMap())
          .containsOnly(
              Map.entry("MY_APP_SECRET", "newer-value"),
              Map.entry("PINNED", "some-value"),
              Map.entry("URL", "jdbc:postgresql://app:hunter2@db/app"),
              Map.entry("PLAIN", "plain"));
      assertThat(environment.find("NONE")).isEmpty();
    }
  }

  @Test
  void get_replacedAndDeleted_isFollowed() {
    create(Keysets.generate());
    create("my-secret", "one");
    try (SecretsClient client = connect()) {
      SecretEnvironment environment = environment(client);
      assertThat(environment.get("MY_APP_SECRET")).isEqualTo("one");

      replace("my-secret", "two");
      client.refresh();
      assertThat(environment.get("MY_APP_SECRET")).isEqualTo("two");

      write("", (admin, unused) -> admin.delete(SecretName.parse("my-secret")));
      client.refresh();
      assertThatThrownBy(() -> environment.get("MY_APP_SECRET"))
          .isInstanceOf(SecretNotFoundException.class)
          .hasMessage(
              "MY_APP_SECRET: No secret named 'my-secret' in project 'shop'."
                  + " Bound by secret://my-secret. Create it, or correct the name.");
    }
  }

  @Test
  void get_mistypedName_offersTheNearest() {
    create(Keysets.generate());
    create("db-password", "x");
    variables.put("DB", "secret://db-pasword");

    assertThatThrownBy(() -> get("DB"))
        .isInstanceOf(SecretNotFoundException.class)
        .hasMessage(
            "DB: No secret named 'db-pasword' in project 'shop'. Bound by secret://db-pasword."
                + " Nearest name: db-password.");
  }

  @Test
  void get_hybrid_isOpenedByThePrivateHalfAlone() {
    Keyset keyset = create(Keysets.generateHybrid());
    settings.remove("LATCHKEY_KEYSET_FILE");
    settings.put("LATCHKEY_KEYSET", keyset.publicHalf().toCleartextJson());
    create("my-secret", "some-value");
    assertThatThrownBy(() -> get("MY_APP_SECRET"))
        .hasMessage(
            "The keyset is the public half of a hybrid one, which seals and does not open."
                + " Give this process the private keyset.");

    settings.remove("LATCHKEY_KEYSET");
    settings.put("LATCHKEY_KEYSET_FILE", keysetFile.toString());
    assertThat(get("MY_APP_SECRET")).isEqualTo("some-value");
  }

  private enum Scheme {
    AEAD,
    HYBRID
  }

  @ParameterizedTest
  @EnumSource
  void get_rotatedKeyset_opensOldAndNewVersions(Scheme scheme) {
    create(scheme == Scheme.AEAD ? Keysets.generate() : Keysets.generateHybrid());
    create("my-secret", "old-key");
    Path before = keys.resolve("before.json");
    Keysets.create(before, Keysets.read(keysetFile).toCleartextJson());
    Keyset rotated = Keysets.rotate(keysetFile);
    assertThat(rotated.toCleartextJson()).isNotEqualTo(Keysets.read(before).toCleartextJson());
    replace("my-secret", "new-key");
    variables.put("OLD", "secret://my-secret?version=1");

    assertThat(get("OLD") + " " + get("MY_APP_SECRET")).isEqualTo("old-key new-key");

    settings.put("LATCHKEY_KEYSET_FILE", before.toString());
    assertThat(get("OLD")).isEqualTo("old-key");
    assertThatThrownBy(() -> get("MY_APP_SECRET")).isInstanceOf(SecretDecryptionException.class);
  }

  @ParameterizedTest
  @EnumSource
  void get_wrongKeyset_saysWhatToCheckAndNoMore(Scheme scheme) {
    create(Keysets.generate());
    create("my-secret", "some-value");
    settings.remove("LATCHKEY_KEYSET_FILE");
    Keyset other = scheme == Scheme.AEAD ? Keysets.generate() : Keysets.generateHybrid();
    settings.put("LATCHKEY_KEYSET", other.toCleartextJson());

    assertThatThrownBy(() -> get("MY_APP_SECRET"))
        .isInstanceOf(SecretDecryptionException.class)
        .hasMessage(notOpened(1));
  }

  private static String notOpened(int version) {
    return "MY_APP_SECRET: 'my-secret' version "
        + version
        + " in project 'shop' could not be opened. Bound by secret://my-secret."
        + CHECK_KEYSET;
  }

  private Path file(String project, String name, int version) {
    return root.resolve(project).resolve(name).resolve(version + ".json");
  }

  private static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.delete(file);
    Files.writeString(file, text.replace(from, to));
  }

  @Test
  void get_ciphertextChangedAnywhere_failsAlike() throws Exception {
    create(Keysets.generate());
    create("my-secret", "some-value");
    Path file = file("shop", "my-secret", 1);
    String whole = Files.readString(file);
    String marker = "\"ciphertext\": \"";
    int start = whole.indexOf(marker) + marker.length();
    int end = whole.indexOf('"', start);
    while (whole.charAt(end - 1) == '=') {
      end--; // The last digit before the padding has bits that must be zero: leave those.
    }
    for (int i = start; i < end - 1; i++) {
      char changed = whole.charAt(i) == 'A' ? 'B' : 'A';
      Files.delete(file);
      Files.writeString(file, whole.substring(0, i) + changed + whole.substring(i + 1));
      assertThatThrownBy(() -> get("MY_APP_SECRET"))
          .as("position %s", i)
          .isInstanceOf(SecretDecryptionException.class)
          .hasMessage(notOpened(1));
    }
  }

  @Test
  void get_fileMovedHere_isMisplacedAndWithItsTextEditedDoesNotOpen() throws Exception {
    create(Keysets.generate());
    create("my-secret", "mine");
    create("other", "of-another-name");
    replace("my-secret", "mine-again");
    settings.put("LATCHKEY_PROJECT", "bank");
    create("my-secret", "of-another-project");
    settings.put("LATCHKEY_PROJECT", "shop");
    Path here = file("shop", "my-secret", 1);
    variables.put("MY_APP_SECRET", "secret://my-secret?version=1");
    record Move(Path from, String written, String forged) {}
    for (Move move :
        List.of(
            new Move(file("shop", "other", 1), "\"other\"", "\"my-secret\""),
            new Move(file("bank", "my-secret", 1), "\"bank\"", "\"shop\""),
            new Move(file("shop", "my-secret", 2), "\"version\": 2", "\"version\": 1"))) {
      Files.delete(here);
      Files.copy(move.from(), here);
      assertThatThrownBy(() -> get("MY_APP_SECRET"))
          .isInstanceOf(SecretProtocolException.class)
          .hasMessageContaining(
              "The file shop/my-secret/1.json holds another project, name or version than its path"
                  + " says.");

      edit(here, move.written(), move.forged());
      assertThatThrownBy(() -> get("MY_APP_SECRET"))
          .isInstanceOf(SecretDecryptionException.class)
          .hasMessage(
              "MY_APP_SECRET: 'my-secret' version 1 in project 'shop' could not be opened."
                  + " Bound by secret://my-secret?version=1."
                  + CHECK_KEYSET);
    }
  }

  @Test
  void everyFailure_anywhere_repeatsNoValueTokenOrKey() throws Exception {
    String value = "c4nary-value-81f0";
    String token = "c4nary-token-22ab";
    String password = "c4nary-password-7d";
    Keyset keyset = create(Keysets.generate());
    String json = keyset.toCleartextJson();
    String marker = "\"value\":\"";
    int start = json.indexOf(marker) + marker.length();
    String key = json.substring(start, json.indexOf('"', start));
    assertThat(key).hasSizeGreaterThan(40);
    List<Canary> canaries =
        List.of(canary(value), canary(token), canary(password), canary(key.substring(4, 40)));
    try (var log = new RecordedLog()) {
      create("my-secret", value);
      create("db", "{\"password\":\"" + value);
      variables.put("FIELD", "secret://db#/password");
      variables.put("NEWER", "secret://my-secret?version=2");
      StringBuilder shown = new StringBuilder();
      try (SecretsClient client = connect()) {
        SecretEnvironment environment = environment(client);
        assertThat(environment.get("MY_APP_SECRET")).isEqualTo(value);
        shown.append(client).append(environment).append(environment.asMap());
        shown.append(environment.report()).append(client.status(SecretRef.parse("secret://db")));
        for (String variable : List.of("FIELD", "NEWER")) {
          note(shown, catchThrowable(() -> environment.get(variable)));
        }
        note(shown, catchThrowable(environment::prefetch));
      }
      settings.remove("LATCHKEY_KEYSET_FILE");
      for (List<String> wrong :
          List.of(
              List.of("LATCHKEY_KEYSET", json.substring(0, json.length() - 3)),
              List.of("LATCHKEY_KEYSET", json.replace("AesGcmKey", "HmacKey")),
              List.of("LATCHKEY_KEYSET", json, "LATCHKEY_KEYSET_KMS_URI", "x-kms://" + password),
              List.of("LATCHKEY_KEYSET", json, "LATCHKEY_MAX_STALE", token),
              List.of("LATCHKEY_KEYSET", json, "LATCHKEY_PROJECT", token + "/"),
              List.of(
                  "LATCHKEY_SOURCE",
                  "https://u:" + password + "@h.example",
                  "LATCHKEY_TOKEN",
                  token),
              List.of("LATCHKEY_SOURCE", "https://u:" + password + "@ h", "LATCHKEY_TOKEN", token),
              List.of("LATCHKEY_SOURCE", "etcd://u:" + password + "@h", "LATCHKEY_TOKEN", token),
              List.of("LATCHKEY_SOURCE", "http://127.0.0.1:1", "LATCHKEY_TOKEN", token + "\n"),
              List.of("LATCHKEY_TOKEN", token, "LATCHKEY_TOKN", token))) {
        Map<String, String> all = new HashMap<>(settings);
        for (int i = 0; i < wrong.size(); i += 2) {
          all.put(wrong.get(i), wrong.get(i + 1));
        }
        all.putIfAbsent("LATCHKEY_KEYSET", json);
        note(
            shown,
            catchThrowable(
                () -> {
                  try (SecretsClient client = ClientSettings.of(all).connect()) {
                    environment(client).get("MY_APP_SECRET");
                  }
                }));
      }
      shown.append(keyset);

      for (Canary canary : canaries) {
        assertThat(canary.isIn(shown.toString())).as("%s", shown).isFalse();
        assertThat(canary.isIn(log.text())).as("%s", log.text()).isFalse();
      }
      // The search sees what is shown and what is logged.
      Logger.getLogger(SecretsClient.class.getName()).log(Level.FINEST, value);
      assertThat(canaries.get(0).isIn(log.text())).isTrue();
      note(shown, new IllegalStateException(new IllegalStateException(token)));
      assertThat(canaries.get(1).isIn(shown.toString())).isTrue();
    }
  }

  private static Canary canary(String text) {
    return new Canary(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void note(StringBuilder shown, Throwable thrown) {
    assertThat(thrown).isNotNull();
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      shown.append(e).append('\n').append(Arrays.toString(e.getSuppressed())).append('\n');
    }
  }
}
