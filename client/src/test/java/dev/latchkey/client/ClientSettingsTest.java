package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.source.ProcessTokens;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.DecryptorProvider;
import dev.latchkey.spi.SealedSecret;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ClientSettingsTest {
  private static final Keyset KEYSET = Keysets.generate();
  private static final String NO_SOURCE =
      "LATCHKEY_SOURCE is neither https://…, http://127.0.0.1:… nor file:/directory."
          + " Write a directory as file:/directory; in it a space is %20, ? is %3F and # is %23.";

  @TempDir Path directory;

  private static Map<String, String> environment(String... namesAndValues) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", "/bin");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      environment.put("LATCHKEY_" + namesAndValues[i], namesAndValues[i + 1]);
    }
    return environment;
  }

  private static ClientSettings settings(String... namesAndValues) {
    return ClientSettings.of(environment(namesAndValues));
  }

  private void store(Keyset keyset, String name, String value) {
    try (SecretStore store = DirectoryStore.open(directory, "default");
        SecretValue secret = SecretValue.of(value)) {
      new SecretsAdmin(store, TinkSealer.of(keyset)).create(SecretName.parse(name), secret);
    }
  }

  private Path write(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text);
  }

  private String source() {
    return directory.toUri().toString();
  }

  @Test
  void connect_cacheForADirectory_isRefused() {
    ClientSettings settings =
        settings("SOURCE", source(), "KEYSET", KEYSET.toCleartextJson(), "CACHE_DIR", "cache");

    assertThatThrownBy(settings::connect)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "LATCHKEY_CACHE_DIR is set, and the source is a directory already. Leave it out: it is"
                + " for a source that can be down.");
  }

  @Test
  void connect_cacheThatIsAFile_isRefused() throws Exception {
    Path file = Files.createTempFile(directory, "cache", "");
    ClientSettings settings =
        settings(
            "SOURCE",
            "https://secrets.example.com",
            "TOKEN",
            "t",
            "KEYSET",
            KEYSET.toCleartextJson(),
            "CACHE_DIR",
            file.toString());

    assertThatThrownBy(settings::connect)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageContaining("LATCHKEY_CACHE_DIR");
  }

  @Test
  void processTokens_noAdminKeyOrADirectory_areNone() {
    assertThat(settings("SOURCE", "https://s.example.com").processTokens()).isEmpty();
    assertThat(settings("SOURCE", "https://s.example.com", "ADMIN_KEY_FILE", "").processTokens())
        .isEmpty();
    assertThat(settings("SOURCE", source(), "ADMIN_KEY_FILE", "k", "TOKEN", "t").processTokens())
        .isEmpty();
    // Without a key nothing else is looked at.
    assertThat(settings().processTokens()).isEmpty();
  }

  @Test
  void processTokens_adminKey_areThoseOfTheProject() {
    ClientSettings settings =
        settings("SOURCE", "https://s.example.com/x", "PROJECT", "shop", "ADMIN_KEY_FILE", "k");
    try (ProcessTokens tokens = settings.processTokens().orElseThrow()) {
      assertThat(tokens).hasToString("ProcessTokens[https://s.example.com, project=shop]");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TOKEN", "TOKEN_FILE"})
  void processTokens_tokenToo_isOneTooMany(String token) {
    ClientSettings both =
        settings("SOURCE", "https://s.example.com", "ADMIN_KEY_FILE", "k", token, "hunter2");
    assertThatThrownBy(both::processTokens)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "LATCHKEY_ADMIN_KEY_FILE and LATCHKEY_%s are both set. Leave one of them out.", token);
  }

  @Test
  void processTokens_caFile_isRead() {
    ClientSettings settings =
        settings("SOURCE", "https://s.example.com", "ADMIN_KEY_FILE", "k", "CA_FILE", "none.pem");
    assertThatThrownBy(settings::processTokens)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageStartingWith("The CA file does not exist.");
  }

  @Test
  void source_caFileWithoutTls_isRefused() {
    assertThatThrownBy(() -> settings("SOURCE", source(), "CA_FILE", "ca.pem").source())
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "LATCHKEY_CA_FILE is set, and the source is a directory."
                + " Leave it out: it is for an https source.");
    ClientSettings clear =
        settings("SOURCE", "http://127.0.0.1:1", "TOKEN", "t", "CA_FILE", "ca.pem");
    assertThatThrownBy(clear::source)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "LATCHKEY_CA_FILE is set, and the address of the secrets service is not https."
                + " Leave it out, or use https: without TLS there is no certificate to trust.");
  }

  @Test
  void source_caFile_isReadWhenTheSourceIsMade() throws Exception {
    Path file = write("ca.pem", FaultCertificates.SELF_SIGNED.certificatePem());
    ClientSettings settings =
        settings("SOURCE", "https://s.example.com", "TOKEN", "t", "CA_FILE", file.toString());
    settings.source().close();
    Files.delete(file);
    assertThatThrownBy(settings::source)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "The CA file does not exist. Check LATCHKEY_CA_FILE, and that this process may read the"
                + " file.");
    settings("SOURCE", "https://s.example.com", "TOKEN", "t", "CA_FILE", "").source().close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LATCHKEY_SORCE|There is no setting named LATCHKEY_SORCE. Nearest name: LATCHKEY_SOURCE.",
        "LATCHKEY_KEYSETFILE|There is no setting named LATCHKEY_KEYSETFILE."
            + " Nearest name: LATCHKEY_KEYSET_FILE.",
        "LATCHKEY_Source|There is no setting named LATCHKEY_Source. Nearest name: LATCHKEY_SOURCE.",
        "LATCHKEY_|There is no setting named LATCHKEY_. Settings are: LATCHKEY_SOURCE,"
            + " LATCHKEY_PROJECT, LATCHKEY_TOKEN, LATCHKEY_TOKEN_FILE,"
            + " LATCHKEY_ADMIN_KEY_FILE, LATCHKEY_CA_FILE, LATCHKEY_KEYSET,"
            + " LATCHKEY_KEYSET_FILE, LATCHKEY_KEYSET_KMS_URI, LATCHKEY_CACHE_DIR,"
            + " LATCHKEY_MAX_STALE, LATCHKEY_ROLE.",
      })
  void of_unknownSetting_offersTheNearest(String name, String message) {
    assertThatThrownBy(() -> ClientSettings.of(Map.of(name, "hunter2")))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(message);
  }

  @Test
  void of_otherNames_doNotCount() {
    assertThat(ClientSettings.of(Map.of("latchkey_source", "x", "MY_LATCHKEY_X", "y"))).isNotNull();
  }

  @Test
  void of_copiesTheEnvironment() {
    Map<String, String> environment = environment("SOURCE", source());
    ClientSettings settings = ClientSettings.of(environment);
    environment.clear();

    settings.source().close();
  }

  @Test
  void source_missingOrEmpty_saysWhatToSet() {
    for (ClientSettings settings : List.of(settings(), settings("SOURCE", ""))) {
      assertThatThrownBy(settings::source)
          .isInstanceOf(SecretConfigurationException.class)
          .hasMessage(
              "LATCHKEY_SOURCE is not set."
                  + " Set it to where the secrets are: https://… or file:/directory.");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "etcd://127.0.0.1:2379/prefix",
        "/srv/secrets",
        "secrets",
        "file:",
        "file://host/srv/secrets",
        "file:/srv/my secrets",
        "file:/srv/secrets?project=hunter2",
        "file:secrets?hunter2",
        "file:/srv/secrets#hunter2",
        "file:secrets#hunter2",
        "jar:file:/x.jar!/",
        "://hunter2",
        " ",
      })
  void source_neitherHttpsNorFile_saysSo(String source) {
    assertThatThrownBy(() -> settings("SOURCE", source).source())
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(NO_SOURCE);
    assertThatThrownBy(() -> settings("SOURCE", source).store()).hasMessage(NO_SOURCE);
  }

  @ParameterizedTest
  @CsvSource({
    "file:/srv/secrets,/srv/secrets",
    "file:///srv/secrets/,/srv/secrets",
    "FILE:/srv/secrets,/srv/secrets",
    "file:/srv/my%20secrets,/srv/my secrets",
    "file:/srv/a%3Fb%23c%25,/srv/a?b#c%",
    "file:/,/",
  })
  void source_absoluteFile_isThatDirectory(String source, String path) {
    try (SecretStore store = settings("SOURCE", source).store()) {
      assertThat(((DirectoryStore) store).root()).isEqualTo(Path.of(path));
      assertThat(store.project()).isEqualTo("default");
    }
  }

  @ParameterizedTest
  @CsvSource({"file:secrets,secrets", "file:../my%20secrets/x,../my secrets/x", "file:.,."})
  void source_relativeFile_isBelowTheWorkingDirectory(String source, String path) {
    try (SecretStore store = settings("SOURCE", source).store()) {
      assertThat(((DirectoryStore) store).root()).isEqualTo(Path.of(path).toAbsolutePath());
    }
  }

  @Test
  void source_pathWithANul_isRefused() {
    for (String source : List.of("file:/srv/%00", "file:srv/%00")) {
      assertThatThrownBy(() -> settings("SOURCE", source).source())
          .isInstanceOf(SecretConfigurationException.class)
          .hasNoCause()
          .hasMessage("LATCHKEY_SOURCE is not a path of this system. Correct it.");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://secrets.example.com/base", "HTTPS://[::1]:8443", "http://127.0.0.1:1"})
  void source_http_isAService(String source) {
    try (CiphertextSource http = settings("SOURCE", source, "TOKEN", "t").source()) {
      assertThat(http).isInstanceOf(HttpSource.class);
      assertThat(http.project()).isEqualTo("default");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://secrets.example.com|The address of the secrets service is not https, and its host"
            + " is not this machine. Use https: the token would travel in the clear.",
        "https://user:hunter2@secrets.example.com|The address of the secrets service has a user or"
            + " password in it. Give LATCHKEY_SOURCE an address such as"
            + " https://secrets.example.com.",
        "https://secrets.example.com/?token=hunter2|The address of the secrets service has a query"
            + " or fragment. Give LATCHKEY_SOURCE an address such as https://secrets.example.com.",
        "https:secrets|The address of the secrets service has no host, or no valid port."
            + " Give LATCHKEY_SOURCE an address such as https://secrets.example.com.",
      })
  void source_httpThatIsNotSafe_saysWhy(String source, String message) {
    assertThatThrownBy(() -> settings("SOURCE", source, "TOKEN", "t").source())
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(message);
  }

  @Test
  void source_httpWithoutToken_saysWhatToSet() {
    ClientSettings empty = settings("SOURCE", "https://s.example.com", "TOKEN", "");
    assertThatThrownBy(empty::source)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "LATCHKEY_TOKEN_FILE is not set."
                + " Set it to a file with the token of this process, or LATCHKEY_TOKEN to the"
                + " token; latchkey run and check make one with LATCHKEY_ADMIN_KEY_FILE.");
  }

  @Test
  void source_bothTokens_areOneTooMany() {
    ClientSettings both =
        settings("SOURCE", "https://s.example.com", "TOKEN", "hunter2", "TOKEN_FILE", "/run/t");
    assertThatThrownBy(both::source)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage("LATCHKEY_TOKEN and LATCHKEY_TOKEN_FILE are both set. Leave one of them out.");
  }

  @Test
  void source_tokenFileThatIsNoPath_saysWhich() {
    ClientSettings settings = settings("SOURCE", "https://s.example.com", "TOKEN_FILE", "a\0b");
    assertThatThrownBy(settings::source)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage("LATCHKEY_TOKEN_FILE is not a path of this system. Correct it.");
  }

  @Test
  void source_tokensWithAFile_areNotNeededAndNoError() {
    settings("SOURCE", source(), "TOKEN", "t", "TOKEN_FILE", "/run/t").source().close();
  }

  @Test
  void source_projectNotWellFormed_saysTheRule() {
    assertThatThrownBy(() -> settings("SOURCE", source(), "PROJECT", "../hunter2").source())
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "LATCHKEY_PROJECT is not well-formed. Use 1 to 128 letters, digits, dashes, underscores and"
                + " periods, the first a letter or digit.");
  }

  @Test
  void source_project_isTaken() {
    try (CiphertextSource source = settings("SOURCE", source(), "PROJECT", "shop").source()) {
      assertThat(source.project()).isEqualTo("shop");
    }
    try (CiphertextSource source = settings("SOURCE", source(), "PROJECT", "").source()) {
      assertThat(source.project()).isEqualTo("default");
    }
  }

  @Test
  void store_http_canBeReadAlone() {
    assertThatThrownBy(() -> settings("SOURCE", "https://s.example.com", "TOKEN", "t").store())
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "The source in LATCHKEY_SOURCE can be read and not written."
                + " Create secrets where they are kept, such as file:/directory.");
  }

  @ParameterizedTest
  @CsvSource({"1s,1", "90m,5400", "24h,86400", "7d,604800", "999999999d,86399999913600"})
  void connect_maxStale_isANumberAndAUnit(String text, long seconds) {
    ClientSettings settings =
        settings("SOURCE", source(), "KEYSET", KEYSET.toCleartextJson(), "MAX_STALE", text);
    try (SecretsClient client = settings.connect()) {
      assertThat(client.maxStale())
          .isEqualTo(Duration.ofSeconds(Math.min(seconds, Duration.ofDays(36_500).toSeconds())));
    }
  }

  @Test
  void connect_maxStaleNotSet_isADay() {
    try (SecretsClient client =
        settings("SOURCE", source(), "KEYSET", KEYSET.toCleartextJson(), "MAX_STALE", "")
            .connect()) {
      assertThat(client.maxStale()).isEqualTo(Duration.ofHours(24));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "24",
        "h",
        "0s",
        "-1h",
        "+1h",
        "1.5h",
        "1 h",
        "24H",
        "1w",
        "PT1H",
        "١h",
        " ",
        "9999999999s",
        "24hours"
      })
  void connect_maxStaleOfAnotherForm_saysWhichForm(String text) {
    ClientSettings settings =
        settings("SOURCE", source(), "KEYSET", KEYSET.toCleartextJson(), "MAX_STALE", text);
    assertThatThrownBy(settings::connect)
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "LATCHKEY_MAX_STALE is not a time. Set it to a number and s, m, h or d, such as 24h.");
  }

  @Test
  void decryptor_noKeyset_saysWhatToSet() {
    String message =
        "LATCHKEY_KEYSET_FILE is not set."
            + " Set it to a file with the keyset that the secrets are sealed with.";
    Map<String, String> emptyCredentials = environment("KEYSET", "", "KEYSET_FILE", "");
    emptyCredentials.put("CREDENTIALS_DIRECTORY", "");
    Map<String, String> withoutTheFile = environment();
    withoutTheFile.put("CREDENTIALS_DIRECTORY", directory.toString());
    for (Map<String, String> environment :
        List.of(environment(), emptyCredentials, withoutTheFile)) {
      assertThatThrownBy(() -> ClientSettings.of(environment).decryptor())
          .isInstanceOf(SecretConfigurationException.class)
          .hasMessage(message);
      assertThatThrownBy(() -> ClientSettings.of(environment).sealer()).hasMessage(message);
    }
  }

  @Test
  void decryptor_bothKeysets_areOneTooMany() {
    assertThatThrownBy(() -> settings("KEYSET", "hunter2", "KEYSET_FILE", "/k").decryptor())
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "LATCHKEY_KEYSET and LATCHKEY_KEYSET_FILE are both set. Leave one of them out.");
  }

  @Test
  void connect_keysetFromEachPlace_opens() throws Exception {
    store(KEYSET, "my-secret", "some-value");
    Path file = write("keyset.json", KEYSET.toCleartextJson());
    Files.createDirectory(directory.resolve("credentials"));
    write("credentials/latchkey-keyset", KEYSET.toCleartextJson());
    Map<String, String> systemd = environment("SOURCE", source());
    systemd.put("CREDENTIALS_DIRECTORY", directory.resolve("credentials").toString());
    String kms = "fake-kms://good";
    String encrypted = KEYSET.toEncryptedJson(kms);
    Path encryptedFile = write("encrypted.json", encrypted);
    Map<String, String> encryptedSystemd = environment("SOURCE", source(), "KEYSET_KMS_URI", kms);
    Files.createDirectory(directory.resolve("encrypted"));
    write("encrypted/latchkey-keyset", encrypted);
    encryptedSystemd.put("CREDENTIALS_DIRECTORY", directory.resolve("encrypted").toString());

    for (Map<String, String> environment :
        List.of(
            environment("SOURCE", source(), "KEYSET", KEYSET.toCleartextJson()),
            environment("SOURCE", source(), "KEYSET_FILE", file.toString()),
            systemd,
            environment("SOURCE", source(), "KEYSET", encrypted, "KEYSET_KMS_URI", kms),
            environment(
                "SOURCE", source(), "KEYSET_FILE", encryptedFile.toString(), "KEYSET_KMS_URI", kms),
            encryptedSystemd)) {
      try (SecretsClient client = ClientSettings.of(environment).connect()) {
        assertThat(client.text(SecretRef.parseShort("my-secret")).get()).isEqualTo("some-value");
      }
    }
  }

  @Test
  void connect_settingBeforeCredentialsDirectory_counts() throws Exception {
    store(KEYSET, "my-secret", "some-value");
    write("latchkey-keyset", Keysets.generate().toCleartextJson());
    Map<String, String> environment =
        environment("SOURCE", source(), "KEYSET", KEYSET.toCleartextJson());
    environment.put("CREDENTIALS_DIRECTORY", directory.toString());

    try (SecretsClient client = ClientSettings.of(environment).connect()) {
      assertThat(client.text(SecretRef.parseShort("my-secret")).get()).isEqualTo("some-value");
    }
  }

  @Test
  void connect_badKeyset_failsAndLeavesNoThread() throws Exception {
    Path none = directory.resolve("none.json");
    Path bad = write("bad.json", "{\"hunter2\":");
    Map<List<String>, String> messages = new HashMap<>();
    messages.put(
        List.of("KEYSET", "hunter2"),
        "The keyset is not a JSON object. Give the whole text of a Tink keyset in its JSON form.");
    messages.put(
        List.of("KEYSET_FILE", none.toString()),
        "Keyset file: The file does not exist. Check the path, and that the file is mounted.");
    messages.put(
        List.of("KEYSET_FILE", bad.toString()),
        "Keyset file "
            + bad
            + ": The keyset is not a JSON object."
            + " Give the whole text of a Tink keyset in its JSON form.");
    messages.put(
        List.of("KEYSET", Keysets.generateHybrid().publicHalf().toCleartextJson()),
        "The keyset is the public half of a hybrid one, which seals and does not open."
            + " Give this process the private keyset.");
    messages.put(
        List.of("KEYSET", KEYSET.toEncryptedJson("fake-kms://good")),
        "The keyset is encrypted, and no key service is named for it."
            + " Set LATCHKEY_KEYSET_KMS_URI to the URI of the key that it is encrypted with.");
    messages.put(
        List.of("KEYSET", KEYSET.toCleartextJson(), "KEYSET_KMS_URI", "unknown-kms://hunter2"),
        "No client for the key service 'unknown-kms' is on the class path."
            + " Check LATCHKEY_KEYSET_KMS_URI, and add the Tink extension of that service.");
    for (Map.Entry<List<String>, String> each : messages.entrySet()) {
      List<String> settings = new ArrayList<>(each.getKey());
      settings.addAll(List.of("SOURCE", source()));
      assertThatThrownBy(() -> settings(settings.toArray(String[]::new)).connect())
          .isInstanceOf(SecretConfigurationException.class)
          .hasMessage(each.getValue());
    }
    assertNoThreadStays();
  }

  @Test
  void connect_keyServiceDown_saysSo() {
    ClientSettings down =
        settings(
            "SOURCE",
            source(),
            "KEYSET",
            KEYSET.toEncryptedJson("fake-kms://good"),
            "KEYSET_KMS_URI",
            "fake-kms://down");
    assertThatThrownBy(down::connect)
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessageStartingWith(
            "The key service 'fake-kms' did not encrypt or decrypt the keyset.");
  }

  @Test
  void connect_badSource_leavesNoThread() throws Exception {
    assertThatThrownBy(() -> settings("KEYSET", KEYSET.toCleartextJson()).connect())
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageStartingWith("LATCHKEY_SOURCE is not set.");
    assertNoThreadStays();
  }

  private static void assertNoThreadStays() throws Exception {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("latchkey-")) {
        thread.join(30_000);
        assertThat(thread.isAlive()).as(thread.getName()).isFalse();
      }
    }
  }

  /** Found through {@code META-INF/services} by a class loader that alone has it. */
  public static final class FakeProvider implements DecryptorProvider {
    @Override
    public Optional<Decryptor> create(Map<String, String> environment) {
      return switch (environment.getOrDefault("FAKE_PROVIDER", "")) {
        case "opens" -> Optional.of(secret -> "provided".getBytes(StandardCharsets.UTF_8));
        case "throws" -> throw new IllegalStateException(environment.toString());
        case "refuses" -> throw new SecretConfigurationException("No module.", "Insert it.");
        case "blocks" -> {
          BLOCKED.countDown();
          try {
            NEVER.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          yield Optional.empty();
        }
        default -> Optional.empty();
      };
    }
  }

  private static final CountDownLatch BLOCKED = new CountDownLatch(1);
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private interface Body {
    void run() throws Exception;
  }

  private void withProvider(String name, Body body) throws Exception {
    Path services = Files.createDirectories(directory.resolve("loader/META-INF/services"));
    Files.writeString(services.resolve(DecryptorProvider.class.getName()), name);
    Thread thread = Thread.currentThread();
    ClassLoader former = thread.getContextClassLoader();
    URL[] urls = {directory.resolve("loader/").toUri().toURL()};
    try (var loader = new URLClassLoader(urls, former)) {
      thread.setContextClassLoader(loader);
      body.run();
    } finally {
      thread.setContextClassLoader(former);
    }
  }

  private Map<String, String> provided(String how) {
    Map<String, String> environment = environment("SOURCE", source(), "TOKEN", "hunter2");
    environment.put("FAKE_PROVIDER", how);
    return environment;
  }

  @Test
  void connect_decryptorProvider_winsOverTheKeyset() throws Exception {
    store(KEYSET, "my-secret", "some-value");
    withProvider(
        FakeProvider.class.getName(),
        () -> {
          try (SecretsClient client = ClientSettings.of(provided("opens")).connect()) {
            assertThat(client.text(SecretRef.parseShort("my-secret")).get()).isEqualTo("provided");
          }
          Map<String, String> keyset = provided("");
          keyset.put("LATCHKEY_KEYSET", KEYSET.toCleartextJson());
          try (SecretsClient client = ClientSettings.of(keyset).connect()) {
            assertThat(client.text(SecretRef.parseShort("my-secret")).get())
                .isEqualTo("some-value");
          }
        });
  }

  @Test
  void connect_decryptorProviderFails_tellsItsTypeAlone() throws Exception {
    withProvider(
        FakeProvider.class.getName(),
        () -> {
          assertThatThrownBy(() -> ClientSettings.of(provided("throws")).connect())
              .isInstanceOf(SecretConfigurationException.class)
              .satisfies(
                  e ->
                      assertThat(new Canary("hunter2".getBytes(StandardCharsets.UTF_8)).isIn(e))
                          .isFalse())
              .hasMessage(
                  FakeProvider.class.getName()
                      + " failed with java.lang.IllegalStateException. Report this to its maker.");
          assertThatThrownBy(() -> ClientSettings.of(provided("refuses")).connect())
              .isInstanceOf(SecretConfigurationException.class)
              .hasMessage("No module. Insert it.");
        });
  }

  @Test
  void connect_decryptorProviderNotThere_saysSo() throws Exception {
    withProvider(
        "example.None",
        () ->
            assertThatThrownBy(() -> ClientSettings.of(provided("")).connect())
                .isInstanceOf(SecretConfigurationException.class)
                .hasMessage(
                    "A DecryptorProvider cannot be loaded:"
                        + " dev.latchkey.spi.DecryptorProvider: Provider example.None not found."
                        + " Mend or remove the library that brings it."));
  }

  @Test
  void connect_badSourceWhileTheKeysetLoads_endsTheLoading() throws Exception {
    withProvider(
        FakeProvider.class.getName(),
        () -> {
          Map<String, String> environment = provided("blocks");
          environment.remove("LATCHKEY_SOURCE");
          ClientSettings settings = ClientSettings.of(environment);
          for (int i = 0; i < 20; i++) {
            assertThatThrownBy(settings::connect).hasMessageStartingWith("LATCHKEY_SOURCE is not");
          }
          LoadingDecryptor loading = LoadingDecryptor.start(settings::decryptor);
          assertThat(BLOCKED.await(30, TimeUnit.SECONDS)).isTrue();
          loading.cancel();
        });
    assertNoThreadStays();
  }

  @Test
  void await_interrupted_saysSoAndKeepsTheFlag() {
    LoadingDecryptor loading =
        LoadingDecryptor.start(
            () -> {
              NEVER.await();
              return secret -> new byte[0];
            });
    Thread.currentThread().interrupt();
    Throwable interrupted = catchThrowable(loading::await);
    assertThat(Thread.interrupted()).isTrue();
    loading.cancel();

    assertThat(interrupted)
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("The thread was interrupted while the keyset was being loaded.");
  }

  @Test
  void await_librariesDoNotFit_namesTheClassAndNothingElse() {
    assertThatThrownBy(
            () ->
                LoadingDecryptor.start(
                        () -> {
                          throw new NoSuchMethodError("com.google.protobuf.Message.x()");
                        })
                    .await())
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "The keyset could not be loaded: java.lang.NoSuchMethodError"
                + " (com.google.protobuf.Message.x())."
                + " Look for libraries that are missing, or versions of Tink and protobuf that do not"
                + " fit.");
    assertThatThrownBy(
            () ->
                LoadingDecryptor.start(
                        () -> {
                          throw new IllegalStateException("hunter2");
                        })
                    .await())
        .isInstanceOf(SecretConfigurationException.class)
        .hasNoCause()
        .hasMessage(
            "The keyset could not be loaded: java.lang.IllegalStateException."
                + " Look for libraries that are missing, or versions of Tink and protobuf that do not"
                + " fit.");
  }

  @Test
  void await_failureOfManyThreads_isNewForEach() {
    SecretException shared = new SecretConfigurationException("No key.", "");
    LoadingDecryptor loading =
        LoadingDecryptor.start(
            () -> {
              throw shared;
            });
    Throwable first = catchThrowable(loading::await);
    SealedSecret sealed = FakeSource.sealed("x", 1, new byte[0]);
    Throwable second = catchThrowable(() -> loading.open(sealed));

    assertThat(first).isInstanceOf(SecretConfigurationException.class).hasMessage("No key.");
    assertThat(second).isInstanceOf(SecretConfigurationException.class).isNotSameAs(first);
  }
}
