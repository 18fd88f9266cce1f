package dev.latchkey.client.source;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.spi.SecretIdentity;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Fetches ciphertexts from a secrets service over HTTP, many in one request. Thread-safe.
 *
 * <p>The token travels over https, or http to this machine, and to the configured scheme, host and
 * port alone: no redirect is followed. Each call ends by its timeout, the resolution of names and
 * the supply of the token included, and at once when its thread is interrupted.
 *
 * <p>A request whose connection breaks before there is an answer may be sent again over another
 * one: a pooled connection may have been closed long ago. After status 401 the token is asked for
 * once more, by all requests together that were refused with it, and where it is another one now
 * each is sent once more. There are no other retries, whatever the status.
 */
public final class HttpSource implements CiphertextSource {
  private final ServiceAddress address;
  private final String project;
  private final String endpoint;
  private final BearerToken token;
  private final Clock clock;
  private final HttpFailures failures;
  private final HttpExchange exchange;

  private HttpSource(Builder builder, String project, BearerToken token) {
    this.address = builder.address;
    this.project = project;
    this.endpoint = address.endpoint(project);
    this.token = token;
    this.clock = builder.clock;
    this.failures = new HttpFailures(address.origin(), project);
    this.exchange = new HttpExchange(address, token, failures, builder.sockets, builder.trust);
  }

  /**
   * Returns a builder of a source that asks the service at an address.
   *
   * @param base https, or http for this machine alone; no user, query or fragment; a path is kept
   *     and the endpoint's added to it
   * @throws SecretConfigurationException if it is none of these
   */
  public static Builder builder(URI base) {
    return new Builder(new ServiceAddress(base));
  }

  @Override
  public String project() {
    return project;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Here it is the address of the project, and a digest of the path of the token's file; or, if
   * there is none, of the token that is supplied now.
   *
   * @throws SecretException if no token is supplied
   */
  @Override
  public Optional<String> identity() {
    return Optional.of(endpoint + " " + token.asker());
  }

  /** Returns true: the service holds its answer. */
  @Override
  public boolean canHold() {
    return true;
  }

  @Override
  public void prepare() {
    exchange.prepare();
  }

  @Override
  public List<CiphertextAnswer> fetch(FetchRequest request) {
    HttpExchange.Answer answer =
        exchange.send(
            new HttpExchange.Ask("POST", endpoint, CiphertextWire.encode(request)),
            request.timeout());
    if (answer.code() != 200) {
      throw failures.ofStatus(answer.code(), answer.headers(), clock);
    }
    try {
      return CiphertextWire.decode(project, request, answer.body());
    } catch (CiphertextWire.BadAnswerException e) {
      throw failures.badAnswer(Objects.requireNonNull(e.getMessage()));
    }
  }

  @Override
  public void close() {
    exchange.close();
  }

  /** Returns the address and the project. */
  @Override
  public String toString() {
    return "HttpSource[" + address.origin() + ", project=" + project + "]";
  }

  /** Options of an {@link HttpSource}. A project and a token are required. Not thread-safe. */
  public static final class Builder {
    private final ServiceAddress address;
    private Clock clock = Clock.systemUTC();
    private @Nullable String project;
    private @Nullable BearerToken token;
    private @Nullable SSLSocketFactory sockets;
    private @Nullable X509TrustManager trust;
    private @Nullable Path caFile;

    private Builder(ServiceAddress address) {
      this.address = address;
    }

    /**
     * Sets the project whose secrets are fetched.
     *
     * @throws SecretConfigurationException if it is not as {@link SecretIdentity} has it
     */
    public Builder project(String project) {
      this.project = SecretIdentity.checkProject(project);
      return this;
    }

    /**
     * Sets where the token comes from: asked before each request, and again when the service does
     * not accept what it gave. The text is up to 16 384 visible ASCII characters.
     *
     * <p>Called on threads of the source's own, several at once, and on that of who asks for {@link
     * #identity}. It may block: a fetch waits for it within its timeout. One that never returns
     * keeps such a thread, of which there are at most 64, until the source is closed and the thread
     * interrupted.
     */
    public Builder token(Supplier<String> token) {
      this.token = BearerToken.of(token);
      return this;
    }

    /** Sets the file that holds the token, which is read before each request. */
    public Builder tokenFile(Path file) {
      this.token = BearerToken.in(file);
      return this;
    }

    /**
     * Sets how TLS connections are made and which certificates are trusted, for a service with an
     * authority of its own or that asks for a client certificate. The default is the platform's.
     * Takes the place of {@link #trust}.
     */
    public Builder tls(SSLSocketFactory sockets, X509TrustManager trust) {
      this.sockets = sockets;
      this.trust = trust;
      this.caFile = null;
      return this;
    }

    /**
     * Sets which certificates an https service is trusted by: those in a PEM file and those that
     * they issued, instead of the platform's. The host's name is checked all the same. The file is
     * read when the source is built. Takes the place of {@link #tls}.
     *
     * @param pem one or more certificates, of authorities or of the service itself; text between
     *     them is passed over
     */
    public Builder trust(Path pem) {
      this.caFile = pem;
      return this;
    }

    Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Returns the source. It connects when it is first asked.
     *
     * @throws SecretConfigurationException if the project or the token is missing, or the file of
     *     {@link #trust} cannot be used, or the service is not https and there is one
     */
    public HttpSource build() {
      if (project == null) {
        throw new SecretConfigurationException(
            "The project of the secrets is missing.", "Set LATCHKEY_PROJECT.");
      }
      if (token == null) {
        throw new SecretConfigurationException(
            "The token for the secrets service is missing.",
            "Set LATCHKEY_TOKEN or LATCHKEY_TOKEN_FILE.");
      }
      if (caFile != null) {
        CaFile trusted = address.trusting(caFile);
        sockets = trusted.sockets();
        trust = trusted.trust();
      }
      return new HttpSource(this, project, token);
    }
  }
}
