package dev.latchkey.client;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.DecryptorProvider;
import dev.latchkey.spi.Sealer;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

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
  private static final long[] UNIT_SECONDS = {1, 60, 60 * 60, 24 * 60 * 60};
  private static final String CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY";
  private static final String CREDENTIAL = "latchkey-keyset";

  private final Map<String, String> environment;

  private ClientSettings(Map<String, String> environment) {
    this.environment = environment;
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
    Duration maxStale = maxStale();
    LoadingDecryptor decryptor = LoadingDecryptor.start(this::decryptor);
    try {
      return connect(decryptor, maxStale);
    } catch (RuntimeException | Error e) {
      decryptor.cancel();
      throw e;
    }
  }

  private SecretsClient connect(LoadingDecryptor decryptor, Duration maxStale) {
    CiphertextSource source = source();
    SecretsClient client = SecretsClient.builder(source, decryptor).maxStale(maxStale).build();
    try {
      source.prepare();
      decryptor.await();
      return client;
    } catch (RuntimeException | Error e) {
      client.close();
      throw e;
    }
  }

  /**
   * Returns where ciphertexts come from, for the caller to close.
   *
   * @throws SecretConfigurationException if a setting is missing or wrong
   */
  public CiphertextSource source() {
    URI source = sourceUri();
    return isFile(source) ? directory(source) : http(source);
  }

  /**
   * Returns where secrets are kept, for the caller to close.
   *
   * @throws SecretConfigurationException if a setting is missing or wrong, or the source cannot be
   *     written
   */
  public SecretStore store() {
    URI source = sourceUri();
    if (!isFile(source)) {
      throw new SecretConfigurationException(
          "The source in " + Setting.SOURCE.variable() + " can be read and not written.",
          "Create secrets where they are kept, such as file:/directory.");
    }
    return directory(source);
  }

  /**
   * Returns what opens ciphertexts: that of a {@link DecryptorProvider} if one answers to the
   * environment, else one with the keyset.
   *
   * @throws SecretConfigurationException if a setting is missing or wrong, or the keyset cannot
   *     open
   */
  public Decryptor decryptor() {
    List<DecryptorProvider> providers = load(ServiceLoader.load(DecryptorProvider.class));
    if (providers.isEmpty()) {
      // A pool's thread may have the system's class loader where the app has one of its own.
      ClassLoader own = ClientSettings.class.getClassLoader();
      providers = load(ServiceLoader.load(DecryptorProvider.class, own));
    }
    for (DecryptorProvider provider : providers) {
      Optional<Decryptor> decryptor = create(provider);
      if (decryptor.isPresent()) {
        return decryptor.get();
      }
    }
    return TinkDecryptor.of(keyset());
  }

  private static List<DecryptorProvider> load(ServiceLoader<DecryptorProvider> loader) {
    try {
      return loader.stream().map(ServiceLoader.Provider::get).toList();
    } catch (ServiceConfigurationError e) {
      throw new SecretConfigurationException(
          "A DecryptorProvider cannot be loaded: " + e.getMessage() + ".",
          "Mend or remove the library that brings it.");
    }
  }

  private Optional<Decryptor> create(DecryptorProvider provider) {
    try {
      return provider.create(environment);
    } catch (SecretException e) {
      throw e;
    } catch (RuntimeException e) {
      // Its message may repeat what it was given, which is all the settings.
      throw new SecretConfigurationException(
          provider.getClass().getName() + " failed with " + e.getClass().getName() + ".",
          "Report this to its maker.");
    }
  }

  /**
   * Returns what seals values, with the keyset.
   *
   * @throws SecretConfigurationException if a setting is missing or wrong
   */
  public Sealer sealer() {
    return TinkSealer.of(keyset());
  }

  private CiphertextSource http(URI source) {
    HttpSource.Builder builder = HttpSource.builder(source).project(project());
    Optional<String> token = get(Setting.TOKEN);
    Optional<String> file = oneOf(token, Setting.TOKEN, Setting.TOKEN_FILE);
    if (token.isPresent()) {
      builder.token(token::get);
    } else {
      builder.tokenFile(
          path(
              Setting.TOKEN_FILE,
              file.orElseThrow(
                  () ->
                      missing(
                          Setting.TOKEN_FILE,
                          "a file with the token of this process, or "
                              + Setting.TOKEN.variable()
                              + " to the token"))));
    }
    return builder.build();
  }

  private SecretStore directory(URI source) {
    try {
      Path root = source.isOpaque() ? Path.of(source.getSchemeSpecificPart()) : Path.of(source);
      return DirectoryStore.open(root, project());
    } catch (IllegalArgumentException e) {
      throw notAPath(Setting.SOURCE);
    }
  }

  private Keyset keyset() {
    Optional<String> keyset = get(Setting.KEYSET);
    Optional<String> kms = get(Setting.KEYSET_KMS_URI);
    Optional<String> file = oneOf(keyset, Setting.KEYSET, Setting.KEYSET_FILE);
    if (keyset.isPresent()) {
      return kms.isPresent()
          ? Keysets.parseEncrypted(keyset.get(), kms.get())
          : Keysets.parse(keyset.get());
    }
    Path path = file.isPresent() ? path(Setting.KEYSET_FILE, file.get()) : credential();
    return kms.isPresent() ? Keysets.readEncrypted(path, kms.get()) : Keysets.read(path);
  }

  private Path credential() {
    String directory = environment.get(CREDENTIALS_DIRECTORY);
    if (directory != null && !directory.isEmpty()) {
      Path file = Path.of(directory, CREDENTIAL);
      if (Files.exists(file)) {
        return file;
      }
    }
    throw missing(Setting.KEYSET_FILE, "a file with the keyset that the secrets are sealed with");
  }

  private String project() {
    return get(Setting.PROJECT).orElse(DEFAULT_PROJECT);
  }

  private Duration maxStale() {
    return get(Setting.MAX_STALE).map(ClientSettings::duration).orElse(Duration.ofHours(24));
  }

  private static Duration duration(String text) {
    int digits = text.length() - 1;
    boolean wellFormed = digits > 0 && digits < 10;
    for (int i = 0; wellFormed && i < digits; i++) {
      wellFormed = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    long number = wellFormed ? Long.parseLong(text.substring(0, digits)) : 0;
    int unit = wellFormed ? "smhd".indexOf(text.charAt(digits)) : -1;
    if (number > 0 && unit >= 0) {
      return Duration.ofSeconds(number * UNIT_SECONDS[unit]);
    }
    throw new SecretConfigurationException(
        Setting.MAX_STALE.variable() + " is not a time.",
        "Set it to a number and s, m, h or d, such as 24h.");
  }

  private URI sourceUri() {
    String source =
        get(Setting.SOURCE)
            .orElseThrow(
                () ->
                    missing(Setting.SOURCE, "where the secrets are: https://… or file:/directory"));
    try {
      var uri = new URI(source);
      if (isFile(uri)
          || "https".equalsIgnoreCase(uri.getScheme())
          || "http".equalsIgnoreCase(uri.getScheme())) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below, without the text: it may hold a password.
    }
    throw new SecretConfigurationException(
        Setting.SOURCE.variable() + " is neither https://… nor file:/directory.",
        "Correct it; in a path, a space is written %20, ? is %3F and # is %23.");
  }

  private static boolean isFile(URI source) {
    return "file".equalsIgnoreCase(source.getScheme())
        && source.getRawAuthority() == null
        && source.getRawFragment() == null
        && source.getRawSchemeSpecificPart().indexOf('?') < 0;
  }

  private static Path path(Setting setting, String path) {
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw notAPath(setting);
    }
  }

  private static SecretConfigurationException notAPath(Setting setting) {
    return new SecretConfigurationException(
        setting.variable() + " is not a path of this system.", "Correct it.");
  }

  private Optional<String> get(Setting setting) {
    return Optional.ofNullable(environment.get(setting.variable())).filter(v -> !v.isEmpty());
  }

  /** Returns the second of two settings, of which only one may be set. */
  private Optional<String> oneOf(Optional<String> first, Setting firstName, Setting second) {
    Optional<String> value = get(second);
    if (first.isPresent() && value.isPresent()) {
      throw new SecretConfigurationException(
          firstName.variable() + " and " + second.variable() + " are both set.",
          "Leave one of them out.");
    }
    return value;
  }

  private static SecretConfigurationException missing(Setting setting, String what) {
    return new SecretConfigurationException(
        setting.variable() + " is not set.", "Set it to " + what + ".");
  }
}
