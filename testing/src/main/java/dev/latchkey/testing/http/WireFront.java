package dev.latchkey.testing.http;

import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.testing.wire.RefusedException;
import dev.latchkey.testing.wire.WireAnswer;
import dev.latchkey.testing.wire.WireRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Protocol;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** Listens, and answers each request on the thread of its connection: truly, or by a fault. */
final class WireFront extends Dispatcher {
  /** Not "localhost", which may have two addresses: OkHttp would try the other one by itself. */
  static final String HOST = "127.0.0.1";

  static final int MAX_BODY_BYTES = 2 << 20;

  private final MockWebServer server = new MockWebServer();
  private final LoopbackSockets sockets = new LoopbackSockets();
  private final String target;
  private final ServiceState state;

  private WireFront(String project, ServiceState state) {
    this.target = "/v1/projects/" + project + "/ciphertexts";
    this.state = state;
  }

  /** Listens at a free port; in the clear if there are no certificates. */
  static WireFront start(String project, ServiceState state, @Nullable Certificates certificates) {
    var front = new WireFront(project, state);
    front.listen(certificates);
    return front;
  }

  private void listen(@Nullable Certificates certificates) {
    server.setServerSocketFactory(sockets);
    server.setBodyLimit(MAX_BODY_BYTES);
    server.setDispatcher(this);
    // With HTTP/2 the end of one request's connection would be that of others too.
    server.setProtocols(List.of(Protocol.HTTP_1_1));
    if (certificates != null) {
      server.useHttps(certificates.server());
    }
    try {
      server.start(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("The fake service found no port to listen at.", e);
    }
  }

  int port() {
    return server.getPort();
  }

  /** Ends the threads; those that wait for the state to change have to be told before. */
  void stop() {
    server.close();
  }

  @Override
  public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
    // Else the server would keep each request, and its token, until the end.
    server.takeRequest(0, TimeUnit.NANOSECONDS);
    String authorization = request.getHeaders().get("Authorization");
    boolean tokenAccepted = ("Bearer " + state.token()).equals(authorization);
    WireRequest wire;
    try {
      wire = read(request, authorization != null, tokenAccepted);
    } catch (RefusedException e) {
      ServiceState.Call call = state.arrived(List.of(), Duration.ZERO, tokenAccepted);
      Fault fault = state.fault(call);
      return fault == null
          ? answer(call, error(e.status(), e.reason()))
          : fail(call, fault, request.getConnectionIndex());
    }
    ServiceState.Call call = state.arrived(wire.queries(), wire.hold(), tokenAccepted);
    List<CiphertextAnswer> answers = state.awaitNews(call);
    Fault fault = state.fault(call);
    if (answers != null) {
      return answer(call, json(200, WireAnswer.secrets(call.queries, answers)));
    }
    return fault == null ? cut() : fail(call, fault, request.getConnectionIndex());
  }

  private WireRequest read(RecordedRequest request, boolean hasToken, boolean tokenAccepted)
      throws RefusedException {
    if (!request.getTarget().equals(target)) {
      throw new RefusedException(404, "There is nothing at this path. POST to " + target + ".");
    }
    if (!request.getMethod().equals("POST")) {
      throw new RefusedException(405, "The method is POST.");
    }
    if (!hasToken) {
      throw new RefusedException(
          401, "There is no token. Send Authorization: Bearer and the token.");
    }
    if (!tokenAccepted) {
      throw new RefusedException(401, "The token is not the one that is accepted.");
    }
    if (!isJson(request.getHeaders().get("Content-Type"))) {
      throw new RefusedException(415, "Send Content-Type: application/json.");
    }
    if (request.getBodySize() > MAX_BODY_BYTES) {
      throw new RefusedException(413, "A body is at most " + MAX_BODY_BYTES + " bytes.");
    }
    ByteString body = request.getBody();
    return WireRequest.parse(body == null ? new byte[0] : body.toByteArray());
  }

  private static boolean isJson(@Nullable String contentType) {
    return contentType != null
        && contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json");
  }

  private MockResponse fail(ServiceState.Call call, Fault fault, int connection)
      throws InterruptedException {
    return switch (fault.kind) {
      case STATUS -> {
        MockResponse.Builder error = error(fault.status, "This fault was scripted by the test.");
        fault.retryAfterSeconds.ifPresent(seconds -> error.setHeader("Retry-After", seconds));
        yield answer(call, error);
      }
      case RESET -> {
        sockets.reset(connection);
        yield cut();
      }
      case SILENT -> {
        state.awaitClosed();
        yield cut();
      }
      case TRUNCATED ->
          answer(
              call,
              json(200, "{\"secrets\":[")
                  .setHeader("Content-Length", 1_000)
                  .onResponseEnd(new SocketEffect.CloseSocket()));
      case NOT_JSON ->
          answer(
              call,
              json(200, "<html><body>Log in.</body></html>")
                  .setHeader("Content-Type", "text/html"));
      case DAMAGED -> cut(); // It has answers, unless the service was closed before.
    };
  }

  private MockResponse answer(ServiceState.Call call, MockResponse.Builder response) {
    state.answered(call, response.getCode());
    return response.build();
  }

  private static MockResponse.Builder error(int status, String message) {
    MockResponse.Builder error = json(status, WireAnswer.error(status, message));
    return status == 405 ? error.setHeader("Allow", "POST") : error;
  }

  private static MockResponse.Builder json(int status, String body) {
    return new MockResponse.Builder()
        .code(status)
        .setHeader("Content-Type", "application/json")
        .body(body);
  }

  private static MockResponse cut() {
    return new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build();
  }
}
