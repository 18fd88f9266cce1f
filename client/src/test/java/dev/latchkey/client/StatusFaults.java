package dev.latchkey.client;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.client.Fault.Effect;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Answers whose status says that there is none, and refusals of single secrets. */
final class StatusFaults {

  private StatusFaults() {}

  static List<Fault> all() {
    List<Fault> faults = new ArrayList<>();
    for (int code : new int[] {301, 302, 303, 307, 308}) {
      faults.add(redirect(code));
    }
    faults.addAll(refusals());
    for (int code : new int[] {429, 503}) {
      faults.addAll(retryAfter(code));
    }
    for (int code : new int[] {500, 502, 504, 599}) {
      faults.add(answering(code).isRetried(unavailable(code)));
    }
    faults.add(
        Fault.named("503 twice and then an answer")
            .answers(
                (a, q) -> {
                  if (q.number() <= 2) {
                    a.code(503);
                  }
                })
            .isServedAfter(3));
    return faults;
  }

  private static Fault answering(int code) {
    return Fault.named("status " + code)
        .answers((a, q) -> a.code(code).addHeader("X-Trace", ShownText.BODY));
  }

  private static String unavailable(int code) {
    return "ORIGIN answered with status "
        + code
        + (code == 429 ? ". It asks for fewer requests: try again later." : ". Try again later.");
  }

  /** Leads to a port where not even a connection may arrive. */
  private static Fault redirect(int code) {
    return Fault.named("redirect " + code)
        .strike(
            rig -> {
              Trap trap = rig.closing(new Trap());
              String location =
                  rig.server.address().getScheme()
                      + "://127.0.0.1:"
                      + trap.port()
                      + "/"
                      + ShownText.BODY;
              rig.server.fault((a, q) -> a.code(code).setHeader("Location", location));
            })
        .isProtocolError(
            "ORIGIN answered with a redirect (status "
                + code
                + "), which is not followed."
                + " Set LATCHKEY_SOURCE to the address where the service itself is.");
  }

  /** A listener that must never be connected to, which it checks when it is closed. */
  private record Trap(ServerSocketChannel listening) implements AutoCloseable {
    Trap() {
      this(open());
    }

    private static ServerSocketChannel open() {
      try {
        ServerSocketChannel opened = ServerSocketChannel.open();
        opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        opened.configureBlocking(false);
        return opened;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    int port() {
      return listening.socket().getLocalPort();
    }

    @Override
    public void close() throws IOException {
      try (listening) {
        if (listening.accept() != null) {
          throw new AssertionError("The redirect was followed.");
        }
      }
    }
  }

  private static List<Fault> refusals() {
    String unauthenticated =
        "ORIGIN does not accept the token of this process. It may have expired: issue a new one,"
            + " and set LATCHKEY_TOKEN or LATCHKEY_TOKEN_FILE.";
    List<Fault> faults = new ArrayList<>();
    faults.add(
        answering(401)
            .fails(SecretUnauthenticatedException.class, unauthenticated, Effect.WITHDRAWN)
            .tokenReads(2));
    faults.add(
        Fault.named("status 401 to the renewed token too")
            .strike(
                rig -> {
                  renewToken(rig);
                  rig.server.fault((a, q) -> a.code(401));
                })
            .fails(SecretUnauthenticatedException.class, unauthenticated, Effect.WITHDRAWN)
            .tokenReads(2)
            .requests(2, 2));
    faults.add(
        Fault.named("status 401 until the token is renewed")
            .strike(
                rig -> {
                  renewToken(rig);
                  rig.server.fault((a, q) -> a.code(q.number() == 1 ? 401 : 200));
                })
            .tokenReads(2)
            .requests(2, 2));
    faults.add(
        answering(403)
            .fails(
                SecretAccessDeniedException.class,
                "The token of this process may not read secrets of project 'shop' at ORIGIN."
                    + " Issue a process token for that project.",
                Effect.WITHDRAWN));
    faults.add(
        answering(404)
            .isProtocolError(
                "ORIGIN has no project 'shop', or serves no secrets at that address."
                    + " Check LATCHKEY_PROJECT, and the path in LATCHKEY_SOURCE."));
    for (int code : new int[] {400, 407, 409, 410, 418, 421}) {
      faults.add(
          answering(code)
              .isProtocolError(
                  "ORIGIN answered with status "
                      + code
                      + ", which is not part of the protocol."
                      + " Check that LATCHKEY_SOURCE is the address of a secrets service."));
    }
    faults.add(answering(408).isRetried(unavailable(408)));
    faults.add(
        secretIs("not_found")
            .fails(
                SecretNotFoundException.class,
                "No secret named 'my-secret' in project 'shop'."
                    + " Create it, or correct the name.",
                Effect.WITHDRAWN));
    faults.add(
        secretIs("denied")
            .fails(
                SecretAccessDeniedException.class,
                "This process may not read the secret 'my-secret' in project 'shop'."
                    + " Bind the secret to the app, or have its token made for this secret too.",
                Effect.WITHDRAWN));
    return faults;
  }

  /** Has each read of the token give another one from now on. */
  private static void renewToken(FaultRig rig) {
    var reads = new AtomicInteger();
    rig.token(() -> ShownText.TOKEN + reads.incrementAndGet());
  }

  private static Fault secretIs(String status) {
    return Fault.named("secret is " + status)
        .answers(
            (a, q) ->
                a.body(
                    FaultServer.secrets(List.of(FaultServer.entry("my-secret", status, 0, "")))));
  }

  private static List<Fault> retryAfter(int code) {
    return List.of(
        answering(code).isRetried(unavailable(code)),
        retryAfter(code, "0", () -> "0").isRetried(unavailable(code)),
        retryAfter(code, "1", () -> "1")
            .isRetried(unavailable(code))
            .pauses(Duration.ofSeconds(1))
            .leftAlone(Duration.ofSeconds(1)),
        leftAlone(code, "120", 120),
        leftAlone(code, "301", 300),
        leftAlone(code, "100000000000", 300),
        leftAlone(code, "9".repeat(23), 300),
        retryAfter(code, "-5", () -> "-5").isRetried(unavailable(code)),
        retryAfter(code, "a date in two minutes", () -> date(Duration.ofMinutes(2)))
            .isLeftAlone(unavailable(code), Duration.ofMinutes(2))
            .accurateTo(Duration.ofSeconds(3)),
        retryAfter(code, "a date in 50 years", () -> date(Duration.ofDays(18_000)))
            .isLeftAlone(unavailable(code), Duration.ofMinutes(5)),
        retryAfter(code, "a date that has passed", () -> date(Duration.ofDays(-1)))
            .isRetried(unavailable(code)),
        retryAfter(code, "garbage", () -> ShownText.BODY).isRetried(unavailable(code)));
  }

  private static Fault leftAlone(int code, String header, int seconds) {
    return retryAfter(code, header, () -> header)
        .isLeftAlone(unavailable(code), Duration.ofSeconds(seconds));
  }

  private static Fault retryAfter(int code, String name, Supplier<String> header) {
    return Fault.named("status " + code + ", Retry-After: " + name)
        .answers((a, q) -> a.code(code).setHeader("Retry-After", header.get()));
  }

  private static String date(Duration fromNow) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(
        ZonedDateTime.now(ZoneOffset.UTC).plus(fromNow));
  }
}
