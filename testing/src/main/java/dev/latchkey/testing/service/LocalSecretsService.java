package dev.latchkey.testing.service;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.client.source.ProcessTokens;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.Sealer;
import dev.latchkey.spi.SecretIdentity;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The secrets service on this machine: secrets are created by Lightning's API, kept sealed in a
 * directory or in {@linkplain Builder#stores stores}, and read by processes with a token for theirs
 * alone.
 *
 * <pre>{@code
 * try (LocalSecretsService service = LocalSecretsService.builder(Path.of("data")).start()) {
 *   service.put("my-secret", "some-value");
 *   processBuilder.environment().putAll(service.settings("my-secret"));
 * }
 * }</pre>
 *
 * <p>Whoever starts it again with the same directory finds the same secrets, tokens and audit log.
 * It listens on the loopback interface alone, in the clear, unless the builder is told otherwise. A
 * request that waits for news is answered when the secret is changed through this service; what
 * another tool writes into the directory is found by the next request.
 *
 * <p>Values are sealed on arrival, and what they came in is overwritten. Thread-safe. Its threads
 * are daemons: a process ends although it has not been closed.
 */
public final class LocalSecretsService implements AutoCloseable {
  /** Not "localhost", which may have two addresses. */
  static final String LOOPBACK = "127.0.0.1";

  private final RunningService running;

  private LocalSecretsService(RunningService running) {
    this.running = running;
  }

  /**
   * Returns a builder of a service.
   *
   * @param directory where everything is kept; it is made if it is not there
   */
  public static Builder builder(Path directory) {
    return new Builder(directory);
  }

  /** Options of a {@link LocalSecretsService}. Not thread-safe. */
  public static final class Builder {
    /** A name has a letter in its last label, an address four numbers, which are not all 0. */
    private static final Pattern HOST =
        Pattern.compile(
            "(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)*[a-z]([a-z0-9-]*[a-z0-9])?"
                + "|(?!0+(\\.0+)*$)\\d{1,3}(\\.\\d{1,3}){3}",
            Pattern.CASE_INSENSITIVE);

    final Path directory;
    Set<String> projects = new LinkedHashSet<>(List.of("default"));
    List<SecretStore> stores = List.of();
    int port;
    @Nullable Sealer sealer;
    @Nullable AdminKey admin;
    String host = LOOPBACK;
    boolean exposed;
    boolean tlsSelfSigned;
    Clock clock = Clock.systemUTC();
    Limits limits = Limits.DEFAULT;

    private Builder(Path directory) {
      this.directory = directory;
    }

    /**
     * Sets the projects that are served from the directory; the first is that of the paths without
     * one, such as {@code /v1/secrets}. Default: {@code default} alone.
     *
     * @throws SecretConfigurationException if one is not as {@link SecretIdentity} has it
     */
    public Builder projects(String first, String... others) {
      Set<String> named = new LinkedHashSet<>();
      named.add(SecretIdentity.checkProject(first));
      for (String other : others) {
        named.add(SecretIdentity.checkProject(other));
      }
      this.projects = named;
      this.stores = List.of();
      return this;
    }

    /**
     * Sets stores of one's own, each of a project that is served, in place of {@link #projects} of
     * the directory. The first is that of the paths without a project. They are not closed with the
     * service. If they have secrets already, {@code keyset.json} in the directory, or the {@link
     * #sealer}, has to be of the keyset that these were sealed with.
     *
     * @throws IllegalArgumentException if two are of one project
     */
    public Builder stores(SecretStore first, SecretStore... others) {
      List<SecretStore> all = new ArrayList<>(List.of(others));
      all.add(0, first);
      Set<String> named = new LinkedHashSet<>();
      for (SecretStore store : all) {
        if (!named.add(store.project())) {
          throw new IllegalArgumentException("Two stores are of project " + store.project() + ".");
        }
      }
      this.stores = all;
      return this;
    }

    /**
     * Sets the port. Default: 0, a free one.
     *
     * @throws IllegalArgumentException if it is not 0 to 65535
     */
    public Builder port(int port) {
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("A port is 0 to 65535, not " + port + ".");
      }
      this.port = port;
      return this;
    }

    /**
     * Sets what seals values, such as a {@link TinkSealer} of the public half of a keyset. Default:
     * one with the keyset in {@code keyset.json} in the directory, which is made the first time.
     */
    public Builder sealer(Sealer sealer) {
      this.sealer = sealer;
      return this;
    }

    /**
     * Sets the credential that manages secrets. Default: the one in {@code admin-key} in the
     * directory, which is made the first time: a line with user, colon and API key.
     */
    public Builder admin(AdminKey admin) {
      this.admin = admin;
      return this;
    }

    /**
     * Has it speak TLS, with a certificate of its own: the file {@code certificate.pem} in the
     * directory, which is the {@code LATCHKEY_CA_FILE} of a process. It is made the first time, and
     * again when it is about to expire or is for another host. Needs {@code okhttp-tls}.
     */
    public Builder tlsSelfSigned() {
      this.tlsSelfSigned = true;
      return this;
    }

    /**
     * Lets other machines ask: it listens at the address of a host instead of the loopback
     * interface, and only with {@link #tlsSelfSigned() TLS}.
     *
     * @param host the name or the IPv4 address by which clients reach this machine
     * @throws IllegalArgumentException if it is no host, or stands for any address
     */
    public Builder exposeTo(String host) {
      if (!HOST.matcher(host).matches()) {
        throw new IllegalArgumentException(
            "'" + host + "' is no name or IPv4 address by which clients reach this machine.");
      }
      this.host = host.toLowerCase(Locale.ROOT);
      this.exposed = true;
      return this;
    }

    /** Sets the clock by which versions are dated and tokens expire. Default: the system's. */
    public Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    Builder limits(Limits limits) {
      this.limits = limits;
      return this;
    }

    /**
     * Returns the running service.
     *
     * @throws IllegalStateException if another service uses the directory, if Jetty's loggers are
     *     at DEBUG, where they show what comes in, if it is to be exposed without TLS, or if a
     *     library that it needs is missing
     * @throws SecretConfigurationException if the keyset, the admin's key or a token file is
     *     damaged; if the keyset is missing, and there are secrets; if the directory is a file,
     *     others can write in it, or others can read the keys in it
     * @throws dev.latchkey.SecretUnavailableException if the directory cannot be read or written
     * @throws UncheckedIOException if it cannot listen at the port
     */
    public LocalSecretsService start() {
      if (exposed && !tlsSelfSigned) {
        throw new IllegalStateException(
            "Other machines are not let in without TLS. Call tlsSelfSigned().");
      }
      try {
        return new LocalSecretsService(RunningService.start(this));
      } catch (NoClassDefFoundError e) {
        throw new IllegalStateException(
            "LocalSecretsService needs org.eclipse.jetty:jetty-server, and for TLS"
                + " com.squareup.okhttp3:okhttp-tls. Add what is missing with scope test.",
            e);
      }
    }
  }

  /** Returns the address, which is the {@code LATCHKEY_SOURCE} of a process. */
  public URI address() {
    return running.front.address();
  }

  /** Returns the credential that manages secrets. */
  public AdminKey admin() {
    return running.admin;
  }

  /**
   * Returns the address of the admin page, with a code that logs in once within a quarter of an
   * hour. Whoever has it until then can manage secrets.
   */
  public URI loginLink() {
    return URI.create(address() + "/#code=" + running.sessions.newCode());
  }

  /**
   * Gives a secret of the first project a value, whether or not it exists, and returns its version.
   * Processes that wait for news of it are told.
   *
   * @throws dev.latchkey.MalformedSecretException if the name is not well-formed
   * @throws dev.latchkey.SecretValueException if the text has a lone surrogate, or is too large
   * @throws dev.latchkey.SecretUnavailableException if the store or the audit log cannot be
   *     written, or the thread is interrupted
   * @throws IllegalStateException if the service is closed
   */
  public long put(String name, String value) {
    try (SecretValue secret = SecretValue.of(value)) {
      return put(name, secret);
    }
  }

  /**
   * Gives a secret a value of bytes, as {@link #put(String, String)} does.
   *
   * @param value not kept
   */
  public long put(String name, byte[] value) {
    try (SecretValue secret = SecretValue.copyOf(value)) {
      return put(name, secret);
    }
  }

  private long put(String name, SecretValue value) {
    SecretName parsed = SecretName.parse(name);
    return running.handler.serve(() -> running.own.put(parsed, value));
  }

  /**
   * Deletes a secret of the first project, in all its versions. Processes that wait for news of it
   * are told.
   *
   * @throws dev.latchkey.MalformedSecretException if the name is not well-formed
   * @throws dev.latchkey.SecretNotFoundException if there is no such secret
   * @throws dev.latchkey.SecretUnavailableException if the store or the audit log cannot be
   *     written, or the thread is interrupted
   * @throws IllegalStateException if the service is closed
   */
  public void delete(String name) {
    SecretName parsed = SecretName.parse(name);
    running.handler.serve(
        () -> {
          running.own.delete(parsed);
          return parsed;
        });
  }

  /**
   * Returns what a process needs in its environment, or {@link
   * dev.latchkey.client.ClientSettings#of} as its argument, to read some secrets of the first
   * project for a day: the address, the project, a new token for these secrets, the role {@code
   * work}, with TLS the certificate's file, and the keyset's file unless the builder was given a
   * sealer. The map's text shows the token. A child process inherits this one's environment: what
   * is there of Latchkey's variables besides is to be removed first.
   *
   * @param secrets names of secrets, which need not exist yet: 1 to 1000
   * @throws dev.latchkey.MalformedSecretException if a name is not well-formed
   * @throws dev.latchkey.SecretUnavailableException if the token or the audit log cannot be
   *     written, or the thread is interrupted
   * @throws IllegalArgumentException if there are too few or too many
   * @throws IllegalStateException if the service is closed
   */
  public Map<String, String> settings(String... secrets) {
    Set<SecretName> names =
        Arrays.stream(secrets).map(SecretName::parse).collect(Collectors.toUnmodifiableSet());
    if (names.isEmpty() || names.size() > ProcessTokens.MAX_SECRETS) {
      throw new IllegalArgumentException(
          "A token is for 1 to "
              + ProcessTokens.MAX_SECRETS
              + " secrets, not "
              + names.size()
              + ".");
    }
    return running.handler.serve(() -> running.settings(names));
  }

  /** Returns the directory in which everything is kept. */
  public Path directory() {
    return running.data.root();
  }

  /** Returns the projects in the directory that the builder did not name. */
  List<String> unservedProjects() {
    return running.data.projects().stream()
        .filter(project -> !running.handler.serves(project))
        .sorted()
        .toList();
  }

  /** Returns the file with the admin's credential, unless the builder was given one. */
  Path adminKeyFile() {
    return running.data.root().resolve(DataDirectory.ADMIN_KEY);
  }

  int waiting() {
    return running.reads.waiting();
  }

  int threads() {
    return running.front.threads();
  }

  /**
   * Ends the service: breaks off every request that waits, and lets what is being changed be
   * changed. Closing twice does nothing.
   */
  @Override
  public void close() {
    running.close();
  }

  /** Returns the address and the directory. */
  @Override
  public String toString() {
    return "LocalSecretsService[" + address() + ", " + running.data.root() + "]";
  }
}
