package dev.latchkey.client.source;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.spi.SecretIdentity;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Fetches ciphertexts from a secrets service over HTTP, many in one request. Thread-safe.
 *
 * <p>The token travels over https, or http to this machine, and to the configured scheme, host and
 * port alone: no redirect is followed. Each call ends by its timeout, name resolution included, and
 * at once when its thread is interrupted. A request is sent once more where OkHttp does so by
 * itself: if a pooled connection turns out to be closed, and after status 408 or a 503 that asks
 * for no wait. There are no other retries.
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
    this.exchange = new HttpExchange(address, endpoint, failures, builder.sockets, builder.trust);
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
  public String identity() {
    return endpoint + " " + token.asker();
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
    long start = System.nanoTime();
    byte[] body = CiphertextWire.encode(request);
    String sent = token.current();
    HttpExchange.Answer answer = exchange.post(body, sent, request.timeout());
    if (answer.code() == 401) {
      // The token may have been renewed since it was read; the same one again would be no use.
      String renewed = token.current();
      Duration left = request.timeout().minusNanos(System.nanoTime() - start);
      if (!renewed.equals(sent) && !left.isNegative() && !left.isZero()) {
        answer = exchange.post(body, renewed, left);
      }
    }
    if (answer.code() != 200) {
      throw failures.ofStatus(answer.code(), answer.headers(), clock);
    }
    checkEncoding(answer.headers());
    if (answer.body().length > HttpExchange.MAX_BODY_BYTES) {
      throw failures.tooLarge(HttpExchange.MAX_BODY_BYTES);
    }
    try {
      return CiphertextWire.decode(project, request, answer.body());
    } catch (CiphertextWire.BadAnswerException e) {
      throw failures.badAnswer(Objects.requireNonNull(e.getMessage()));
    }
  }

  private void checkEncoding(Headers headers) {
    for (String encoding : headers.values("Content-Encoding")) {
      if (!encoding.equalsIgnoreCase("identity")) {
        throw failures.badAnswer("it is compressed, though that was declined");
      }
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
     * not accept what it gave. Called on the thread of the fetch. The text is up to 16 384 visible
     * ASCII characters.
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
     */
    public Builder tls(SSLSocketFactory sockets, X509TrustManager trust) {
      this.sockets = sockets;
      this.trust = trust;
      return this;
    }

    Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Returns the source. It connects when it is first asked.
     *
     * @throws SecretConfigurationException if the project or the token is missing
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
      return new HttpSource(this, project, token);
    }
  }
}
