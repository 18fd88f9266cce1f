package dev.latchkey.client.source;

import dev.latchkey.LaunchEnvironment;
import dev.latchkey.ProcessRole;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.client.source.CiphertextWire.BadAnswerException;
import dev.latchkey.client.source.HttpExchange.Answer;
import dev.latchkey.client.source.HttpExchange.Ask;
import dev.latchkey.spi.SecretIdentity;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes, renews and revokes the tokens of processes at a secrets service, with an admin's key: for
 * who starts processes, and gives each a token for the secrets that its {@link LaunchEnvironment}
 * refers to, and nothing of the key. Thread-safe.
 *
 * <p>The key travels over https, or http to this machine, and to the configured scheme, host and
 * port alone: no redirect is followed. Its file is read for each request; of a key that is refused
 * the file is read once more, in case it has another one now. Each call ends within 10 s, {@link
 * #revoke} within 3 s, and at once when its thread is interrupted. What fails is not tried again,
 * but for a connection that breaks before it is answered: a token may then have been made that
 * nobody was told of, and ends with its time.
 */
public final class ProcessTokens implements AutoCloseable {
  /** The most secrets that a token is for. */
  public static final int MAX_SECRETS = 1000;

  /** The longest that a token lives without being renewed. */
  public static final Duration MAX_TTL = Duration.ofDays(30);

  /** The longest name of an app, in UTF-16 code units. */
  public static final int MAX_APP_LENGTH = 128;

  private final ServiceAddress address;
  private final String project;
  private final Duration timeout;
  private final Duration revokeTimeout;
  private final AdminFailures failures;
  private final HttpExchange exchange;

  private ProcessTokens(Builder builder, String project, Path file) {
    var key = new AdminKeyFile(file);
    CaFile trusted = builder.caFile == null ? null : builder.address.trusting(builder.caFile);
    this.address = builder.address;
    this.project = project;
    this.timeout = builder.timeout;
    this.revokeTimeout = builder.revokeTimeout;
    this.failures = new AdminFailures(address.origin(), project, key);
    this.exchange =
        new HttpExchange(
            address,
            key,
            failures,
            trusted == null ? null : trusted.sockets(),
            trusted == null ? null : trusted.trust());
  }

  /**
   * Returns a builder for the service at an address.
   *
   * @param base https, or http for this machine alone; no user, query or fragment; a path is kept
   *     and the endpoints' added to it
   * @throws SecretConfigurationException if it is none of these
   */
  public static Builder builder(URI base) {
    return new Builder(new ServiceAddress(base));
  }

  /**
   * Has a token made. That a secret exists is not looked at: reading one that does not says so.
   *
   * @param role what the process is to its app
   * @param app what the service calls the process by: 1 to 128 printable characters
   * @param secrets what the token reads, 1 to {@link #MAX_SECRETS}; see {@link
   *     LaunchEnvironment#secretNames}
   * @param ttl how long it lives unless it is renewed, 1 second to {@link #MAX_TTL}
   * @throws SecretConfigurationException if the app's name or the number of secrets is out of
   *     bounds, or the key's file cannot be used
   * @throws SecretException of another subtype if the service refuses, or cannot be reached
   * @throws IllegalArgumentException if the ttl is out of bounds
   */
  public ProcessToken mint(ProcessRole role, String app, Set<SecretName> secrets, Duration ttl) {
    checkApp(app);
    checkTtl(ttl);
    if (secrets.isEmpty() || secrets.size() > MAX_SECRETS) {
      throw new SecretConfigurationException(
          "A process token is for 1 to " + MAX_SECRETS + " secrets, not " + secrets.size() + ".",
          "Bind fewer, or at least one.");
    }
    byte[] body = ProcessTokenWire.mint(role, app, new TreeSet<>(secrets), ttl);
    Answer answer = exchange.send(new Ask("POST", address.processTokens(project), body), timeout);
    check(answer);
    try {
      return ProcessTokenWire.minted(answer.body());
    } catch (BadAnswerException e) {
      throw failures.badAnswer(Objects.requireNonNull(e.getMessage()));
    }
  }

  /**
   * Has a token live on.
   *
   * @param ttl how long from now, 1 second to {@link #MAX_TTL}
   * @return when it ends now
   * @throws SecretNotFoundException if it was revoked or has expired; renewing it again is no use
   * @throws SecretException of another subtype if the service refuses, or cannot be reached
   * @throws IllegalArgumentException if the ttl is out of bounds
   */
  public Instant renew(ProcessToken token, Duration ttl) {
    checkTtl(ttl);
    Answer answer = exchange.send(new Ask("PUT", url(token), ProcessTokenWire.renew(ttl)), timeout);
    if (answer.code() == 404) {
      throw new SecretNotFoundException(
          "The process token " + token.id() + " is not in force at " + address.origin() + ".",
          "It was revoked, or has expired: start the process anew.");
    }
    check(answer);
    try {
      return ProcessTokenWire.renewed(answer.body(), token.id());
    } catch (BadAnswerException e) {
      throw failures.badAnswer(Objects.requireNonNull(e.getMessage()));
    }
  }

  /**
   * Ends a token. One that is not in force any more is no failure.
   *
   * @throws SecretException if the service refuses, or cannot be reached; the token then ends when
   *     it expires
   */
  public void revoke(ProcessToken token) {
    Answer answer = exchange.send(new Ask("DELETE", url(token), null), revokeTimeout);
    if (answer.code() != 404) {
      check(answer);
    }
  }

  private String url(ProcessToken token) {
    return address.processTokens(project) + "/" + token.id();
  }

  private void check(Answer answer) {
    if (answer.code() != 200) {
      throw failures.ofStatus(answer.code(), answer.headers(), Clock.systemUTC());
    }
  }

  /**
   * Tells whether a text can be the name of an app: 1 to {@link #MAX_APP_LENGTH} printable
   * characters, not all blank.
   */
  public static boolean isApp(String text) {
    return !text.isBlank()
        && text.length() <= MAX_APP_LENGTH
        && text.codePoints().noneMatch(ProcessTokens::isUnprintable);
  }

  private static void checkApp(String app) {
    if (!isApp(app)) {
      throw new SecretConfigurationException(
          "The app's name is not 1 to " + MAX_APP_LENGTH + " printable characters.",
          "Give it another: it is what the service calls the process by.");
    }
  }

  private static boolean isUnprintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }

  private static void checkTtl(Duration ttl) {
    if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.compareTo(MAX_TTL) > 0) {
      throw new IllegalArgumentException("A token lives for 1 second to 30 days, not " + ttl + ".");
    }
  }

  /** Ends what is under way. Tokens stay as they are. Closing twice does nothing. */
  @Override
  public void close() {
    exchange.close();
  }

  /** Returns the address and the project. */
  @Override
  public String toString() {
    return "ProcessTokens[" + address.origin() + ", project=" + project + "]";
  }

  /** Options of {@link ProcessTokens}. A project and a key are required. Not thread-safe. */
  public static final class Builder {
    private final ServiceAddress address;
    private Duration timeout = Duration.ofSeconds(10);
    private Duration revokeTimeout = Duration.ofSeconds(3);
    private @Nullable String project;
    private @Nullable Path keyFile;
    private @Nullable Path caFile;

    private Builder(ServiceAddress address) {
      this.address = address;
    }

    /**
     * Sets the project whose secrets the tokens read.
     *
     * @throws SecretConfigurationException if it is not as {@link SecretIdentity} has it
     */
    public Builder project(String project) {
      this.project = SecretIdentity.checkProject(project);
      return this;
    }

    /** Sets the file with the admin's key: one line, {@code userId:apiKey}. */
    public Builder adminKeyFile(Path file) {
      this.keyFile = file;
      return this;
    }

    /** Sets which certificates an https service is trusted by; see {@link HttpSource.Builder}. */
    public Builder trust(Path pem) {
      this.caFile = pem;
      return this;
    }

    Builder timeouts(Duration timeout, Duration revokeTimeout) {
      this.timeout = timeout;
      this.revokeTimeout = revokeTimeout;
      return this;
    }

    /**
     * Returns what makes tokens. It connects when it is first asked.
     *
     * @throws SecretConfigurationException if the project or the key's file is not set, or the file
     *     of {@link #trust} cannot be used
     */
    public ProcessTokens build() {
      if (project == null) {
        throw new SecretConfigurationException(
            "The project of the secrets is missing.", "Set LATCHKEY_PROJECT.");
      }
      if (keyFile == null) {
        throw new SecretConfigurationException(
            "The admin key for the secrets service is missing.", "Set LATCHKEY_ADMIN_KEY_FILE.");
      }
      return new ProcessTokens(this, project, keyFile);
    }
  }
}
