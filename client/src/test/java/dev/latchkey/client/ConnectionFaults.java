package dev.latchkey.client;

import dev.latchkey.client.FaultServer.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mockwebserver3.SocketEffect;
import okhttp3.tls.HeldCertificate;

/** Connections that are not made, break, or say nothing. */
final class ConnectionFaults {
  private static final String BROKEN =
      "The connection to ORIGIN broke before the answer was complete. Try again laterOR_TLS.";
  private static final String NO_TLS =
      "TLS: no secure connection to ORIGIN could be made."
          + " Check that the service speaks TLS 1.2 or 1.3 at that port.";

  private static final int PROTOCOL_ERROR = 1;
  private static final int INTERNAL_ERROR = 2;
  private static final int REFUSED_STREAM = 7;
  private static final int CANCEL = 8;
  private static final int ENHANCE_YOUR_CALM = 11;

  private ConnectionFaults() {}

  static List<Fault> all() {
    List<Fault> faults = new ArrayList<>();
    faults.addAll(unmade());
    faults.addAll(broken());
    faults.addAll(silent());
    faults.addAll(ofHttp2());
    faults.addAll(ofTls());
    return faults;
  }

  private static List<Fault> unmade() {
    return List.of(
        Fault.named("name that does not resolve")
            .on(Wire.HTTP_2)
            .strike(rig -> rig.use(URI.create("https://x.invalid")))
            .isRetried(
                "The host of ORIGIN could not be resolved."
                    + " Check LATCHKEY_SOURCE, and the name service of this machine.")
            .requests(0, 0),
        Fault.named("connection refused")
            .strike(rig -> rig.use(address(rig, refusing(rig))))
            .isRetried(
                "The connection was refused by ORIGIN."
                    + " Check LATCHKEY_SOURCE, and that the service is running.")
            .requests(0, 0),
        Fault.named("connection never accepted")
            .strike(rig -> rig.use(address(rig, unaccepting(rig))))
            .isTimedOut()
            .requests(0, 0));
  }

  private static URI address(FaultRig rig, int port) {
    return URI.create(rig.server.address().getScheme() + "://127.0.0.1:" + port);
  }

  /** Returns a port that is taken, so that nobody else comes to listen there. */
  private static int refusing(FaultRig rig) {
    try {
      var taken = rig.closing(new Socket());
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      return taken.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns a port where as many connections wait to be accepted as can. */
  private static int unaccepting(FaultRig rig) {
    try {
      var listening = rig.closing(ServerSocketChannel.open());
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      for (int i = 0; i < 8; i++) {
        SocketChannel waiting = rig.closing(SocketChannel.open());
        waiting.configureBlocking(false);
        waiting.connect(listening.getLocalAddress());
      }
      return listening.socket().getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Fault> broken() {
    // OkHttp itself sends a request again when it was sent on a kept connection: with HTTP/1.1
    // twice, as it goes back to the same address before it looks at what addresses there are.
    return List.of(
        Fault.named("reset before the answer")
            .strike(rig -> resetting(rig, (a, q) -> a.onResponseStart(cut())))
            .isRetried(BROKEN)
            .requests(4, 5)
            .oneMoreOnHttp1(),
        Fault.named("reset after half the body")
            // The delay lets the headers arrive, which a reset may overtake.
            .strike(
                rig ->
                    resetting(
                        rig,
                        (a, q) -> a.bodyDelay(20, TimeUnit.MILLISECONDS).onResponseBody(cut())))
            .isRetried(BROKEN),
        Fault.named("closed before the answer")
            .answers((a, q) -> a.onResponseStart(cut()))
            .isRetried(BROKEN)
            .requests(4, 5)
            .oneMoreOnHttp1(),
        Fault.named("closed after half the body")
            .answers((a, q) -> a.onResponseBody(cut()))
            .isRetried(BROKEN),
        Fault.named("closed at once")
            .on(Wire.HTTP_1)
            .strike(
                rig -> {
                  endKept(rig);
                  rig.server.fault((a, q) -> a.onRequestStart(cut()));
                })
            .isRetried(BROKEN)
            .requests(4, 5),
        Fault.named("closed in the handshake")
            .on(Wire.HTTP_2)
            .strike(
                rig -> {
                  endKept(rig);
                  rig.server.fault((a, q) -> a.onRequestStart(cut()));
                })
            .isRetried(NO_TLS),
        Fault.named("body shorter than its length")
            .on(Wire.HTTP_1)
            .answers(
                (a, q) ->
                    a.body("{\"secrets\":[ " + ShownText.BODY)
                        .setHeader("Content-Length", 10_000)
                        .onResponseEnd(cut()))
            .isRetried(BROKEN),
        Fault.named("body without its last chunk")
            .on(Wire.HTTP_1)
            .answers(
                (a, q) ->
                    a.body("5\r\n{\"sec\r\n")
                        .removeHeader("Content-Length")
                        .setHeader("Transfer-Encoding", "chunked")
                        .onResponseEnd(cut()))
            .isRetried(BROKEN),
        Fault.named("two failures and then an answer")
            .answers(
                (a, q) -> {
                  if (q.number() <= 2) {
                    a.onResponseBody(cut());
                  }
                })
            .isServedAfter(3),
        Fault.named("connection ended after each answer")
            .strike(ConnectionFaults::endKept)
            .isServedAfter(1));
  }

  /** Has the server end its connections, the one that is kept included: with HTTP/2, by GOAWAY. */
  private static void endKept(FaultRig rig) {
    rig.server.fault((a, q) -> a.onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE));
    rig.client.refresh();
  }

  private static SocketEffect cut() {
    return new SocketEffect.CloseSocket();
  }

  private static void resetting(FaultRig rig, FaultServer.Fault fault) {
    rig.server.resetOnClose();
    rig.server.fault(fault);
  }

  private static List<Fault> silent() {
    return List.of(
        Fault.named("no answer")
            .answers((a, q) -> a.onResponseStart(SocketEffect.Stall.INSTANCE))
            .isTimedOut(),
        Fault.named("silence after half the body")
            .answers((a, q) -> a.onResponseBody(SocketEffect.Stall.INSTANCE))
            .isTimedOut(),
        Fault.named("a byte each 20 ms")
            .answers(
                (a, q) -> {
                  // Else the request is read as slowly.
                  if (!q.queries().isEmpty()) {
                    a.throttleBody(1, 20, TimeUnit.MILLISECONDS);
                  }
                })
            .isTimedOut());
  }

  private static List<Fault> ofHttp2() {
    return List.of(
        stream("PROTOCOL_ERROR", PROTOCOL_ERROR),
        stream("INTERNAL_ERROR", INTERNAL_ERROR),
        stream("CANCEL", CANCEL),
        stream("ENHANCE_YOUR_CALM", ENHANCE_YOUR_CALM),
        // The connection of a refused stream is kept for one more.
        stream("REFUSED_STREAM", REFUSED_STREAM).requests(7, 9),
        Fault.named("RST_STREAM after half the body")
            .on(Wire.HTTP_2)
            .answers((a, q) -> a.onResponseBody(new SocketEffect.CloseStream(INTERNAL_ERROR)))
            .isRetried(BROKEN),
        goAway("GOAWAY that refuses the request", 0, ENHANCE_YOUR_CALM),
        goAway("GOAWAY and the end of the connection", Integer.MAX_VALUE, INTERNAL_ERROR),
        Fault.named("GOAWAY and no answer")
            .on(Wire.HTTP_2)
            .answers((a, q) -> a.onResponseStart(SocketEffect.ShutdownConnection.INSTANCE))
            .isTimedOut());
  }

  private static Fault stream(String name, int code) {
    return Fault.named("RST_STREAM " + name)
        .on(Wire.HTTP_2)
        .answers((a, q) -> a.onResponseStart(new SocketEffect.CloseStream(code)))
        .isRetried(BROKEN)
        .requests(4, 5);
  }

  private static Fault goAway(String name, int lastStream, int code) {
    return Fault.named(name)
        .on(Wire.HTTP_2)
        .strike(
            rig -> {
              var server = rig.closing(new GoAwayServer(lastStream, code));
              rig.count(server::requests);
              rig.use(server.address());
            })
        .isRetried(BROKEN);
  }

  private static List<Fault> ofTls() {
    return List.of(
        certificate(
            "certificate for another host",
            FaultCertificates.OTHER_HOST,
            "TLS: the certificate of ORIGIN is for another host."
                + " Check the host in LATCHKEY_SOURCE, or give the service a certificate for it."),
        certificate(
            "certificate that expired",
            FaultCertificates.EXPIRED,
            "TLS: the certificate of ORIGIN has expired or is not valid yet."
                + " Renew it, and check the clock of this machine."),
        certificate(
            "certificate that is not valid yet",
            FaultCertificates.NOT_YET_VALID,
            "TLS: the certificate of ORIGIN has expired or is not valid yet."
                + " Renew it, and check the clock of this machine."),
        certificate(
            "certificate signed by itself",
            FaultCertificates.SELF_SIGNED,
            "TLS: the certificate of ORIGIN is not trusted: no known authority issued it."
                + " Set LATCHKEY_CA_FILE to a PEM file with the authority's certificate; where it is not"
                + " set, the trust store of this Java runtime counts."));
  }

  /** No request is decoded, so no token has left. */
  private static Fault certificate(String name, HeldCertificate certificate, String message) {
    return Fault.named(name)
        .on(Wire.HTTP_2)
        .strike(rig -> rig.use(rig.newServer(certificate).address()))
        .isProtocolError(message)
        .requests(0, 0);
  }
}
