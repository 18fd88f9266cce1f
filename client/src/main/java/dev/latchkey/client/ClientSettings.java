package dev.latchkey.client;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.source.ProcessTokens;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.DiskCache;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.Sealer;
import dev.latchkey.spi.SecretIdentity;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code LATCHKEY_*} variables of a process ask for: a source, a decryptor, a sealer, and
 * the client over them. See {@link Setting} for each. Immutable and thread-safe.
 *
 * <p>Without {@code LATCHKEY_KEYSET} and {@code LATCHKEY_KEYSET_FILE} the keyset is the file {@code
 * latchkey-keyset} in {@code $CREDENTIALS_DIRECTORY}, where systemd puts what a unit's {@code
 * LoadCredential=} names.
 */
public final class ClientSettings {
  private static final String DEFAULT_PROJECT = "default";
  private static final String CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY";
  private static final String CREDENTIAL = "latchkey-keyset";

  private final Map<String, String> environment;
  private final SettingValues values;

  private ClientSettings(Map<String, String> environment) {
    this.environment = environment;
    this.values = new SettingValues(environment);
  }

  /**
   * Returns the settings in an environment.
   *
   * @param environment variables by name; those without the prefix do not count
   * @throws SecretConfigurationException if one with the prefix is no setting
   */
  public static ClientSettings of(Map<String, String> environment) {
    Setting.checkNames(environment);
    return new ClientSettings(new LinkedHashMap<>(environment));
  }

  /**
   * Returns a client over the source and the decryptor.
   *
   * @throws SecretConfigurationException if a setting is missing or wrong
   */
  public SecretsClient connect() {
    return connect(builder -> {});
  }

  /**
   * Returns a client over the source and the decryptor, with options that are no settings.
   *
   * @param options sets what is left to the app, such as {@link SecretsClient.Builder#listener};
   *     called before this returns
   * @throws SecretConfigurationException if a setting is missing or wrong
   */
  public SecretsClient connect(Consumer<SecretsClient.Builder> options) {
    Duration maxStale = values.duration(Setting.MAX_STALE, Duration.ofHours(24));
    LoadingDecryptor decryptor = LoadingDecryptor.start(this::decryptor);
    try {
      return connect(decryptor, maxStale, options);
    } catch (RuntimeException | Error e) {
      decryptor.cancel();
      throw e;
    }
  }

  private SecretsClient connect(
      LoadingDecryptor decryptor, Duration maxStale, Consumer<SecretsClient.Builder> options) {
    Path cache = cacheDirectory();
    CiphertextSource source = source();
    SecretsClient.Builder builder = SecretsClient.builder(source, decryptor).maxStale(maxStale);
    if (cache != null) {
      builder.diskCache(DiskCache.in(cache));
    }
    SecretsClient client = build(builder, options, source);
    try {
      source.prepare();
      decryptor.await();
      return client;
    } catch (RuntimeException | Error e) {
      client.close();
      throw e;
    }
  }

  private static SecretsClient build(
      SecretsClient.Builder builder,
      Consumer<SecretsClient.Builder> options,
      CiphertextSource source) {
    try {
      options.accept(builder);
      return builder.build();
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  private @Nullable Path cacheDirectory() {
    Path cache = values.path(Setting.CACHE_DIR);
    if (cache != null && SettingValues.isFile(values.source())) {
      throw new SecretConfigurationException(
          Setting.CACHE_DIR.variable() + " is set, and the source is a directory already.",
          "Leave it out: it is for a source that can be down.");
    }
    return cache;
  }

  /**
   * Returns where ciphertexts come from, for the caller to close.
   *
   * @throws SecretConfigurationException if a setting is missing or wrong
   */
  public CiphertextSource source() {
    URI source = values.source();
    if (!SettingValues.isFile(source)) {
      return http(source);
    }
    if (values.path(Setting.CA_FILE) != null) {
      throw new SecretConfigurationException(
          Setting.CA_FILE.variable() + " is set, and the source is a directory.",
          "Leave it out: it is for an https source.");
    }
    return directory(source);
  }

  /**
   * Returns where secrets are kept, for the caller to close.
   *
   * @throws SecretConfigurationException if a setting is missing or wrong, or the source cannot be
   *     written
   */
  public SecretStore store() {
    URI source = values.source();
    if (!SettingValues.isFile(source)) {
      throw new SecretConfigurationException(
          "The source in " + Setting.SOURCE.variable() + " can be read and not written.",
          "Create secrets where they are kept, such as file:/directory.");
    }
    return directory(source);
  }

  /**
   * Returns what opens ciphertexts: that of a {@link dev.latchkey.spi.DecryptorProvider} if one
   * answers to the environment, else one with the keyset.
   *
   * @throws SecretConfigurationException if a setting is missing or wrong, or the keyset cannot
   *     open
   */
  public Decryptor decryptor() {
    Decryptor provided = DecryptorProviders.find(environment);
    return provided != null ? provided : TinkDecryptor.of(keyset());
  }

  /**
   * Returns what seals values, with the keyset.
   *
   * @throws SecretConfigurationException if a setting is missing or wrong
   */
  public Sealer sealer() {
    return TinkSealer.of(keyset());
  }

  private SecretStore directory(URI source) {
    return DirectoryStore.open(SettingValues.directory(source), project());
  }

  private CiphertextSource http(URI source) {
    values.checkOneOf(Setting.TOKEN, Setting.TOKEN_FILE);
    HttpSource.Builder builder = HttpSource.builder(source).project(project());
    Path caFile = values.path(Setting.CA_FILE);
    if (caFile != null) {
      builder.trust(caFile);
    }
    String token = values.text(Setting.TOKEN);
    Path file = values.path(Setting.TOKEN_FILE);
    if (token != null) {
      return builder.token(() -> token).build();
    }
    if (file != null) {
      return builder.tokenFile(file).build();
    }
    throw SettingValues.missing(
        Setting.TOKEN_FILE,
        "a file with the token of this process, or "
            + Setting.TOKEN.variable()
            + " to the token; latchkey run and check make one with "
            + Setting.ADMIN_KEY_FILE.variable());
  }

  /**
   * Returns what makes tokens for processes that are about to start, for the caller to close; empty
   * where {@code LATCHKEY_ADMIN_KEY_FILE} is not set, or the source is a directory, which asks for
   * no token.
   *
   * @throws SecretConfigurationException if a token is set too, or a setting is missing or wrong
   */
  public Optional<ProcessTokens> processTokens() {
    Path key = values.path(Setting.ADMIN_KEY_FILE);
    if (key == null || SettingValues.isFile(values.source())) {
      return Optional.empty();
    }
    values.checkOneOf(Setting.ADMIN_KEY_FILE, Setting.TOKEN);
    values.checkOneOf(Setting.ADMIN_KEY_FILE, Setting.TOKEN_FILE);
    ProcessTokens.Builder builder =
        ProcessTokens.builder(values.source()).project(project()).adminKeyFile(key);
    Path caFile = values.path(Setting.CA_FILE);
    return Optional.of((caFile == null ? builder : builder.trust(caFile)).build());
  }

  private Keyset keyset() {
    values.checkOneOf(Setting.KEYSET, Setting.KEYSET_FILE);
    String keyset = values.text(Setting.KEYSET);
    Path file = values.path(Setting.KEYSET_FILE);
    String kms = values.text(Setting.KEYSET_KMS_URI);
    if (keyset != null) {
      return kms == null ? Keysets.parse(keyset) : Keysets.parseEncrypted(keyset, kms);
    }
    file = file == null ? credential() : file;
    return kms == null ? Keysets.read(file) : Keysets.readEncrypted(file, kms);
  }

  private Path credential() {
    String directory = environment.get(CREDENTIALS_DIRECTORY);
    if (directory != null && !directory.isEmpty()) {
      Path file = Path.of(directory, CREDENTIAL);
      if (Files.exists(file)) {
        return file;
      }
    }
    throw SettingValues.missing(
        Setting.KEYSET_FILE, "a file with the keyset that the secrets are sealed with");
  }

  private String project() {
    String project = values.text(Setting.PROJECT);
    try {
      return project == null ? DEFAULT_PROJECT : SecretIdentity.checkProject(project);
    } catch (SecretConfigurationException e) {
      throw e.withProblem(Setting.PROJECT.variable() + " is not well-formed.");
    }
  }
}
