package dev.latchkey.testing.service;

import dev.latchkey.testing.wire.WireAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.KeyStore;
import java.util.List;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Listens at an address, within limits. Thread-safe. */
final class HttpFront implements AutoCloseable {
  private static final int MAX_THREADS = 32;
  private static final int BACKLOG = 1_024;

  /** Loggers that show, at DEBUG, what is received or sent. */
  private static final List<String> TELLTALES =
      List.of(
          "http.HttpGenerator",
          "http.HttpParser",
          "io.SocketChannelEndPoint",
          "io.WriteFlusher",
          "server.Request",
          "server.internal.HttpChannelState",
          "server.internal.HttpConnection");

  private final Server server;
  private final QueuedThreadPool threads;
  private final URI address;

  private HttpFront(Server server, QueuedThreadPool threads, URI address) {
    this.server = server;
    this.threads = threads;
    this.address = address;
  }

  /**
   * Starts to listen.
   *
   * @param certificate with its key and without a password; null for no TLS
   */
  static HttpFront start(
      String host, int port, @Nullable KeyStore certificate, Handler handler, Limits limits) {
    if (TELLTALES.stream()
        .anyMatch(name -> LoggerFactory.getLogger("org.eclipse.jetty." + name).isDebugEnabled())) {
      throw new IllegalStateException(
          "At DEBUG, Jetty logs the values and credentials that it receives. Set the level of the"
              + " logger org.eclipse.jetty to INFO.");
    }
    var threads = new QueuedThreadPool(MAX_THREADS);
    threads.setName("latchkey-service");
    threads.setDaemon(true);
    var timer = new ScheduledExecutorScheduler("latchkey-service-timer", true);
    var server = new Server(threads, timer, null);
    var http = new HttpConnectionFactory(http(limits));
    var connector =
        certificate == null
            ? new ServerConnector(server, 1, 1, http)
            : new ServerConnector(server, 1, 1, tls(certificate), http);
    connector.setHost(host);
    connector.setPort(port);
    connector.setAcceptQueueSize(BACKLOG);
    connector.setIdleTimeout(limits.idle().toMillis());
    connector.addBean(new SlowClients(connector.getScheduler(), limits.idle()));
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(limits.connections(), connector));
    server.setHandler(handler);
    server.setErrorHandler(HttpFront::error);
    try {
      server.start();
    } catch (IOException e) {
      stop(server, e);
      if (new InetSocketAddress(host, port).isUnresolved()) {
        throw new UncheckedIOException("The host " + host + " has no address here.", e);
      }
      throw new UncheckedIOException(
          "The service cannot listen at port "
              + port
              + " of "
              + host
              + ". Is something else there? Choose another port, or 0 for a free one.",
          e);
    } catch (Exception e) {
      stop(server, e);
      throw new IllegalStateException("The service's HTTP server does not start.", e);
    }
    String scheme = certificate == null ? "http" : "https";
    return new HttpFront(
        server, threads, URI.create(scheme + "://" + host + ":" + connector.getLocalPort()));
  }

  private static SslConnectionFactory tls(KeyStore certificate) {
    var tls = new SslContextFactory.Server();
    tls.setKeyStore(certificate);
    tls.setKeyStorePassword("");
    return new SslConnectionFactory(tls, HttpVersion.HTTP_1_1.asString());
  }

  private static void stop(Server server, Exception cause) {
    try {
      stop(server);
    } catch (IllegalStateException e) {
      cause.addSuppressed(e);
    }
  }

  private static void stop(Server server) {
    boolean interrupted = Thread.interrupted(); // It would end neither the server nor its threads.
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The service's HTTP server does not stop.", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static HttpConfiguration http(Limits limits) {
    var http = new HttpConfiguration();
    http.setRequestHeaderSize(limits.headerBytes());
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    // Tells requests that came over TLS; which host is asked for is looked at by the handler.
    http.addCustomizer(new SecureRequestCustomizer(false));
    return http;
  }

  /** Answers what the server itself refuses, such as a request that is no HTTP. */
  private static boolean error(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    String message =
        status < 500 ? "The request is not one that is served." : "The service failed.";
    Exchange.write(response, callback, status, WireAnswer.error(status, message));
    return true;
  }

  /** Returns the address, also when it is closed. */
  URI address() {
    return address;
  }

  int threads() {
    return threads.getThreads();
  }

  @Override
  public void close() {
    stop(server);
  }
}
