package dev.latchkey.testing.contract;

import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;

class HttpSourceContractTest extends CiphertextSourceContract {
  private final List<MockWebServer> servers = new ArrayList<>();

  @AfterEach
  void closeServers() {
    for (MockWebServer server : servers) {
      server.close();
    }
  }

  @Override
  protected CiphertextSource source(List<SealedSecret> versions, Set<SecretIdentity> deletions) {
    return source(serve(new WireDispatcher(PROJECT, versions, deletions)));
  }

  @Override
  protected List<FailingSource> failingSources() {
    Duration brief = Duration.ofMillis(300);
    return List.of(
        failing("nobody listens", closedPort(), TIMEOUT, SecretUnavailableException.class),
        failing("out of order", answering(503, ""), TIMEOUT, SecretUnavailableException.class),
        failing("not JSON", answering(200, "<html>"), TIMEOUT, SecretProtocolException.class),
        failing(
            "no answers",
            answering(200, "{\"secrets\":[]}"),
            TIMEOUT,
            SecretProtocolException.class),
        failing("never answers", silent(), brief, SecretUnavailableException.class));
  }

  private static FailingSource failing(
      String what,
      URI base,
      Duration timeout,
      Class<? extends SecretUnavailableException> failure) {
    return new FailingSource(what, source(base), timeout, failure);
  }

  private static HttpSource source(URI base) {
    return HttpSource.builder(base).project(PROJECT).token(() -> WireDispatcher.TOKEN).build();
  }

  private URI answering(int code, String body) {
    return serve(always(new MockResponse.Builder().code(code).body(body).build()));
  }

  private URI silent() {
    return serve(
        always(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build()));
  }

  private static Dispatcher always(MockResponse response) {
    return new Dispatcher() {
      @Override
      public MockResponse dispatch(RecordedRequest request) {
        return response;
      }
    };
  }

  private URI serve(Dispatcher dispatcher) {
    var server = new MockWebServer();
    server.setDispatcher(dispatcher);
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    servers.add(server);
    return server.url("/").uri();
  }

  private static URI closedPort() {
    try (var socket = new ServerSocket(0)) {
      return URI.create("http://localhost:" + socket.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
