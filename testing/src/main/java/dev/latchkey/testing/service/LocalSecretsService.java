package dev.latchkey.testing.service;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.Sealer;
import dev.latchkey.spi.SecretIdentity;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The secrets service on this machine: secrets are created by Lightning's API, kept sealed in a
 * directory, and read by processes with a token for theirs alone.
 *
 * <pre>{@code
 * try (LocalSecretsService service = LocalSecretsService.builder(Path.of("data")).start()) {
 *   // POST to service.address() + "/v1/projects/default/secrets", with service.admin().basic()
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
  private static final String LOOPBACK = "127.0.0.1";

  private final DataDirectory data;
  private final AuditLog audit;
  private final AdminKey admin;
  private final Sessions sessions;
  private final CiphertextReads reads;
  private final ServiceHandler handler;
  private final HttpFront front;

  private LocalSecretsService(
      DataDirectory data,
      AuditLog audit,
      AdminKey admin,
      Sessions sessions,
      CiphertextReads reads,
      ServiceHandler handler,
      HttpFront front) {
    this.data = data;
    this.audit = audit;
    this.admin = admin;
    this.sessions = sessions;
    this.reads = reads;
    this.handler = handler;
    this.front = front;
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

    private final Path directory;
    private Set<String> projects = new LinkedHashSet<>(List.of("default"));
    private int port;
    private @Nullable Sealer sealer;
    private @Nullable AdminKey admin;
    private String host = LOOPBACK;
    private boolean exposed;
    private boolean tlsSelfSigned;
    private Clock clock = Clock.systemUTC();
    private Limits limits = Limits.DEFAULT;

    private Builder(Path directory) {
      this.directory = directory;
    }

    /**
     * Sets the projects that are served; the first is that of the paths without one, such as {@code
     * /v1/secrets}. Default: {@code default} alone.
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
     *     at DEBUG, where they show what comes in, or if it is to be exposed without TLS
     * @throws SecretConfigurationException if the keyset or a token file is damaged
     * @throws dev.latchkey.SecretUnavailableException if the directory cannot be read or written
     * @throws UncheckedIOException if it cannot listen at the port
     */
    public LocalSecretsService start() {
      if (exposed && !tlsSelfSigned) {
        throw new IllegalStateException(
            "Other machines are not let in without TLS. Call tlsSelfSigned().");
      }
      DataDirectory data = DataDirectory.open(directory);
      AuditLog audit = null;
      try {
        audit = AuditLog.open(data, clock);
        return start(data, audit);
      } catch (RuntimeException | Error e) {
        if (audit != null) {
          audit.close();
        }
        data.close();
        throw e;
      }
    }

    private LocalSecretsService start(DataDirectory data, AuditLog audit) {
      AdminKey adminKey = admin == null ? data.adminKey() : admin;
      Sealer seals = sealer == null ? TinkSealer.of(data.keyset()) : sealer;
      ProcessTokens tokens = ProcessTokens.load(data, clock);
      var reads = new CiphertextReads(tokens, audit, clock);
      List<ProjectSecrets> secrets = new ArrayList<>();
      for (String project : projects) {
        DirectoryStore store = DirectoryStore.open(data.secrets(), project);
        secrets.add(new ProjectSecrets(data, store, seals, clock, adminKey.userId()));
      }
      var sessions = new Sessions(adminKey, clock);
      var handler =
          new ServiceHandler(
              ownNames(),
              secrets,
              tokens,
              sessions,
              new Credentials(adminKey, tokens, sessions),
              reads,
              audit,
              limits);
      var tls = tlsSelfSigned ? SelfSigned.certificate(data, host, clock) : null;
      var front = HttpFront.start(host, port, tls, handler, limits);
      return new LocalSecretsService(data, audit, adminKey, sessions, reads, handler, front);
    }

    private Set<String> ownNames() {
      return exposed ? Set.of(host) : Set.of(LOOPBACK, "localhost");
    }
  }

  /** Returns the address, which is the {@code LATCHKEY_SOURCE} of a process. */
  public URI address() {
    return front.address();
  }

  /** Returns the credential that manages secrets. */
  public AdminKey admin() {
    return admin;
  }

  /**
   * Returns the address of the admin page, with a code that logs in once within a quarter of an
   * hour. Whoever has it until then can manage secrets.
   */
  public URI loginLink() {
    return URI.create(address() + "/#code=" + sessions.newCode());
  }

  /** Returns the directory in which everything is kept. */
  public Path directory() {
    return data.root();
  }

  /** Returns the projects in the directory that the builder did not name. */
  List<String> unservedProjects() {
    return data.projects().stream().filter(project -> !handler.serves(project)).sorted().toList();
  }

  /** Returns the file with the admin's credential, unless the builder was given one. */
  Path adminKeyFile() {
    return data.root().resolve(DataDirectory.ADMIN_KEY);
  }

  int waiting() {
    return reads.waiting();
  }

  int threads() {
    return front.threads();
  }

  /**
   * Ends the service: breaks off every request that waits, and lets what is being changed be
   * changed. Closing twice does nothing.
   */
  @Override
  public void close() {
    handler.end();
    front.close();
    audit.close();
    data.close();
  }

  /** Returns the address and the directory. */
  @Override
  public String toString() {
    return "LocalSecretsService[" + address() + ", " + data.root() + "]";
  }
}
