package dev.latchkey.testing.http;

import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import dev.latchkey.client.SecretsClient;
import dev.latchkey.client.Setting;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A secrets service in memory, for integration tests: real sockets at a free port of this machine,
 * real sealing with a keyset of its own, and faults where a test wants them.
 *
 * <pre>{@code
 * try (FakeSecretService service = FakeSecretService.start()) {
 *   service.put("my-secret", "some-value");
 *   SecretsClient client = service.client();
 *   assertEquals("some-value", client.text(SecretRef.parse("secret://my-secret")).get());
 * }
 * }</pre>
 *
 * <p>It keeps values sealed alone, and none of its messages shows a value, its token or its keyset.
 * A request that waits for news ({@code waitSeconds}) is answered as soon as there is some. What is
 * not as the protocol has it is refused, also what a real service might pass over.
 *
 * <p>Thread-safe. {@link #close} it: its threads are those of MockWebServer, which keep a process
 * running. What changes it, or makes a client, throws {@link IllegalStateException} from then on;
 * what it has received can still be asked for.
 */
public final class FakeSecretService implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String project;
  private final @Nullable Certificates certificates;
  private final Keyset keyset = Keysets.generate();
  private final ServiceState state;
  private final WireFront front;
  private final List<SecretsClient> clients = new ArrayList<>();
  private boolean closed;

  private FakeSecretService(String project, @Nullable Certificates certificates) {
    this.project = project;
    this.certificates = certificates;
    this.state = new ServiceState(new Shelf(project, TinkSealer.of(keyset)));
    this.front = WireFront.start(project, state, certificates);
  }

  /** Returns a running service of project {@code test}, in the clear. */
  public static FakeSecretService start() {
    return builder().start();
  }

  /** Returns a builder of a service. */
  public static Builder builder() {
    return new Builder();
  }

  /** Options of a {@link FakeSecretService}. Not thread-safe. */
  public static final class Builder {
    private String project = "test";
    private boolean tls;

    private Builder() {}

    /**
     * Sets the project whose secrets are served. Default: {@code test}.
     *
     * @throws SecretConfigurationException if it is not as {@link SecretIdentity} has it
     */
    public Builder project(String project) {
      this.project = SecretIdentity.checkProject(project);
      return this;
    }

    /**
     * Has the service speak TLS, with a certificate of its own that only clients which are told to
     * trust accept. It needs okhttp-tls on the class path. Default: in the clear.
     */
    public Builder tls() {
      this.tls = true;
      return this;
    }

    /**
     * Returns the running service.
     *
     * @throws IllegalStateException if it is to speak TLS and okhttp-tls is missing
     * @throws UncheckedIOException if there is no port to listen at
     */
    public FakeSecretService start() {
      try {
        return new FakeSecretService(project, tls ? certificates() : null);
      } catch (NoClassDefFoundError e) {
        throw new IllegalStateException(
            "FakeSecretService needs com.squareup.okhttp3:mockwebserver3 and"
                + " dev.latchkey:latchkey-client. Add them with scope test.",
            e);
      }
    }

    private static Certificates certificates() {
      try {
        return Certificates.forLoopback();
      } catch (NoClassDefFoundError e) {
        throw new IllegalStateException(
            "TLS needs com.squareup.okhttp3:okhttp-tls. Add it with scope test.", e);
      }
    }
  }

  /**
   * Gives a secret a value, and returns its version: 1, 2, 3, …
   *
   * @throws MalformedSecretException if the name is not well-formed
   * @throws SecretValueException if the text has a lone surrogate, or is too large
   */
  public long put(String name, String value) {
    return put(SecretName.parse(name), SecretValue.of(value));
  }

  /**
   * Gives a secret a value of bytes, and returns its version.
   *
   * @param value not kept
   * @throws MalformedSecretException if the name is not well-formed
   * @throws SecretValueException if the value is too large
   */
  public long put(String name, byte[] value) {
    return put(SecretName.parse(name), SecretValue.copyOf(value));
  }

  private long put(SecretName name, SecretValue value) {
    try (value) {
      return state.change("Put secrets", shelf -> shelf.put(name, value));
    }
  }

  /**
   * Puts a ciphertext as it is, such as one of another keyset, and returns its version.
   *
   * @throws IllegalArgumentException if it is of another project, or its version is not the next
   */
  public long put(SealedSecret secret) {
    return state.change("Put secrets", shelf -> shelf.put(secret));
  }

  /**
   * Deletes a secret, in all its versions, and returns the version that the deletion has taken.
   *
   * @throws MalformedSecretException if the name is not well-formed
   * @throws IllegalStateException if there is no such secret
   */
  public long delete(String name) {
    SecretName parsed = SecretName.parse(name);
    return state.change("Delete secrets", shelf -> shelf.delete(parsed));
  }

  /**
   * Denies the token a secret, whether or not it exists, until it is {@linkplain #allow allowed}.
   *
   * @throws MalformedSecretException if the name is not well-formed
   */
  public void deny(String name) {
    SecretName parsed = SecretName.parse(name);
    state.permit("Deny secrets", shelf -> shelf.deny(parsed));
  }

  /**
   * Ends what {@link #deny} began.
   *
   * @throws MalformedSecretException if the name is not well-formed
   */
  public void allow(String name) {
    SecretName parsed = SecretName.parse(name);
    state.permit("Allow secrets", shelf -> shelf.allow(parsed));
  }

  /**
   * Gives the service another token; requests with the old one have status 401. Clients made here
   * ask for the token again, as those with a token file do, and go on.
   */
  public void rotateToken() {
    state.rotateToken();
  }

  /**
   * Has each of the next requests fail, in this order, one by each fault. A {@link SecretsClient}
   * by itself tries again what may pass, and its request for news in the background counts too: to
   * see it fail, use {@link #fail}.
   */
  public void next(Fault... faults) {
    state.script(List.of(faults));
  }

  /** Returns the faults of {@link #next} that no request has met yet. */
  public List<Fault> unusedFaults() {
    return state.unusedFaults();
  }

  /**
   * Has every request fail from now on, also those that are waiting for news, until {@link
   * #recover}. Those that {@link #next} speaks of go before.
   */
  public void fail(Fault fault) {
    state.outage(fault);
  }

  /** Ends what {@link #fail} began. */
  public void recover() {
    state.outage(null);
  }

  /** Returns the requests so far, in the order in which they came. */
  public List<ReceivedRequest> requests() {
    return state.requests();
  }

  /**
   * Waits until there have been a number of requests since the start, whether or not they are
   * answered, and returns all there have been.
   *
   * @throws AssertionError if that takes over 10 seconds, or the thread is interrupted or the
   *     service closed meanwhile; the message lists those that came
   */
  public List<ReceivedRequest> awaitRequests(int count) {
    return awaitRequests(count, PATIENCE);
  }

  List<ReceivedRequest> awaitRequests(int count, Duration atMost) {
    return state.awaitRequests(count, atMost);
  }

  /** Returns the address, which is the {@code LATCHKEY_SOURCE} of a process. */
  public URI address() {
    return URI.create(
        (certificates == null ? "http://" : "https://") + WireFront.HOST + ":" + front.port());
  }

  /**
   * Returns a builder of a source at this service: with its project, whatever its token is when it
   * is asked, and trust in its certificate. Each can be set to another.
   */
  public HttpSource.Builder source() {
    HttpSource.Builder source = HttpSource.builder(address()).project(project).token(state::token);
    return certificates == null ? source : source.tls(certificates.client(), certificates.trust());
  }

  /** Returns a new client of this service, which is closed with it. */
  public SecretsClient client() {
    return client(options -> {});
  }

  /**
   * Returns a new client of this service with options, which is closed with it.
   *
   * @param options called before this returns
   */
  public SecretsClient client(Consumer<SecretsClient.Builder> options) {
    HttpSource source = source().build();
    try {
      var builder = SecretsClient.builder(source, TinkDecryptor.of(keyset));
      options.accept(builder);
      synchronized (clients) {
        if (closed) {
          throw new IllegalStateException("The service is closed. Make clients before that.");
        }
        SecretsClient client = builder.build();
        clients.add(client);
        return client;
      }
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  /**
   * Returns what a process needs in its environment, or {@link
   * dev.latchkey.client.ClientSettings#of} as its argument: the address, the project, the token as
   * it is now, the keyset in the clear, and the role {@code work}. The map's text shows them all. A
   * process that is to reach a service with TLS needs a {@linkplain #writeTrustStore trust store}
   * besides.
   */
  public Map<String, String> settings() {
    return Map.of(
        Setting.SOURCE.variable(), address().toString(),
        Setting.PROJECT.variable(), project,
        Setting.TOKEN.variable(), state.token(),
        Setting.KEYSET.variable(), keyset.toCleartextJson(),
        Setting.ROLE.variable(), "work");
  }

  /**
   * Returns what accepts the certificate of this service, and no other.
   *
   * @throws IllegalStateException if it does not speak TLS
   */
  public X509TrustManager trustManager() {
    return certificatesOrThrow().trust();
  }

  private Certificates certificatesOrThrow() {
    if (certificates == null) {
      throw new IllegalStateException(
          "The service has no certificate. Make it with builder().tls().");
    }
    return certificates;
  }

  /**
   * Writes the certificate of this service to a new file, for a process that is started with {@code
   * -Djavax.net.ssl.trustStore=} and the file. It then trusts no other.
   *
   * @throws IllegalStateException if the service does not speak TLS
   * @throws UncheckedIOException if the file cannot be written
   */
  public void writeTrustStore(Path file) {
    certificatesOrThrow().writeTrustStore(file);
  }

  /**
   * Closes the clients made here, breaks off every request, and ends the service and its threads.
   * Faults that were not used are no error; see {@link #unusedFaults}. Closing twice does nothing.
   */
  @Override
  public void close() {
    List<SecretsClient> closing;
    synchronized (clients) {
      if (closed) {
        return;
      }
      closed = true;
      closing = List.copyOf(clients);
    }
    closing.forEach(SecretsClient::close);
    state.close();
    front.stop();
  }

  /** Returns the address and the project. */
  @Override
  public String toString() {
    return "FakeSecretService[" + address() + ", project=" + project + "]";
  }
}
