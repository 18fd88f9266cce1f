package dev.latchkey.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.SecretName;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ServerSocketFactory;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** A secrets service on sockets of this machine, which counts its requests and fails as told. */
final class FaultServer implements AutoCloseable {
  static final String PROJECT = "shop";

  /** How requests travel: in the clear, or over TLS. */
  enum Wire {
    HTTP_1("HTTP/1.1"),
    HTTP_2("HTTP/2");

    private final String text;

    Wire(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Makes something else of a true answer. */
  interface Fault {
    /** Does nothing to the answer. */
    Fault NONE = (answer, asked) -> {};

    /**
     * Spoils an answer, whose body is the true one unless it is set here. Called besides with
     * nothing asked, to learn what to do to the socket before the request is read.
     */
    void spoil(MockResponse.Builder answer, Asked asked) throws InterruptedException;
  }

  /** One question of a request; 0 where it names no version. */
  record Query(String name, long version, long known) {}

  /**
   * A request.
   *
   * @param number how many requests came since the fault began, this one included
   */
  record Asked(int number, List<Query> queries, int waitSeconds) {
    private static final Pattern QUERY =
        Pattern.compile(
            "\\{\"name\":\"([^\"]*)\"(?:,\"version\":(\\d+))?(?:,\"knownVersion\":(\\d+))?\\}");
    private static final Pattern WAIT = Pattern.compile("\"waitSeconds\":(\\d+)");

    static Asked of(int number, @Nullable ByteString body) {
      String json = body == null ? "" : body.utf8();
      List<Query> queries = new ArrayList<>();
      for (Matcher query = QUERY.matcher(json); query.find(); ) {
        queries.add(new Query(query.group(1), number(query.group(2)), number(query.group(3))));
      }
      Matcher wait = WAIT.matcher(json);
      return new Asked(number, queries, wait.find() ? (int) number(wait.group(1)) : 0);
    }

    private static long number(@Nullable String digits) {
      return digits == null ? 0 : Long.parseLong(digits);
    }

    boolean isHeld() {
      return waitSeconds > 0;
    }
  }

  private record Stored(long version, String ciphertext) {}

  private final MockWebServer server = new MockWebServer();
  private final TinkSealer sealer;
  private final Map<String, Stored> newest = new ConcurrentHashMap<>();
  private final Set<String> threadNames = new TreeSet<>();
  private final Sockets sockets = new Sockets();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger queries = new AtomicInteger();
  private volatile @Nullable String authorization;
  private volatile int begun;
  private volatile Fault fault = Fault.NONE;

  /**
   * Starts a server.
   *
   * @param certificate of a server over TLS; null for one in the clear
   */
  FaultServer(TinkSealer sealer, @Nullable HeldCertificate certificate) {
    this.sealer = sealer;
    server.setServerSocketFactory(sockets);
    server.setDispatcher(new Script());
    if (certificate != null) {
      server.useHttps(
          new HandshakeCertificates.Builder()
              .heldCertificate(certificate)
              .build()
              .sslSocketFactory());
    }
    try {
      // Not "localhost", which has two addresses: OkHttp would try the other one by itself.
      server.start(InetAddress.getLoopbackAddress(), 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  URI address() {
    return server.url("/").newBuilder().host("127.0.0.1").build().uri();
  }

  /** Returns the value of a version of any secret. */
  static String value(long version) {
    return ShownText.VALUE + version;
  }

  /** Puts the newest version of a secret. */
  void put(String name, long version) {
    put(name, version, seal(sealer, PROJECT, name, version));
  }

  void put(String name, long version, byte[] ciphertext) {
    newest.put(name, new Stored(version, Base64.getEncoder().encodeToString(ciphertext)));
  }

  static byte[] seal(TinkSealer sealer, String project, String name, long version) {
    var identity = new SecretIdentity(project, SecretName.parse(name), version);
    return sealer.seal(identity, value(version).getBytes(UTF_8));
  }

  void remove(String name) {
    newest.remove(name);
  }

  /** Answers every request so from now on. */
  void fault(Fault fault) {
    begun = requests.get();
    this.fault = fault;
  }

  /** Has connections, also those that are open, end with a reset when they are closed. */
  void resetOnClose() {
    sockets.resetOnClose();
  }

  /** Returns how many requests came in; a connection that is cut before its request is one too. */
  int requests() {
    return requests.get();
  }

  /** Returns how many secrets were asked for. */
  int queries() {
    return queries.get();
  }

  /** Returns what the last request showed to be let in. */
  @Nullable String authorization() {
    return authorization;
  }

  /** Returns the names of the threads that there were while requests were under way. */
  Set<String> threadNames() {
    synchronized (threadNames) {
      return Set.copyOf(threadNames);
    }
  }

  /** Returns the true answer to a request. */
  String json(Asked asked) {
    return secrets(asked.queries().stream().map(this::entry).toList());
  }

  static String secrets(List<String> entries) {
    return "{\"secrets\":[" + String.join(",", entries) + "]}";
  }

  private String entry(Query query) {
    Stored stored = newest.get(query.name());
    if (stored == null) {
      return entry(query.name(), "not_found", 0, "");
    }
    if (query.known() == stored.version()) {
      return entry(query.name(), "unchanged", stored.version(), "");
    }
    return entry(
        query.name(),
        "sealed",
        stored.version(),
        ",\"ciphertext\":\"" + stored.ciphertext() + "\",\"createdAt\":\"2026-01-02T03:04:05Z\"");
  }

  static String entry(String name, String status, long version, String more) {
    return "{\"name\":\""
        + name
        + "\",\"status\":\""
        + status
        + "\""
        + (version == 0 ? "" : ",\"version\":" + version)
        + more
        + "}";
  }

  @Override
  public void close() {
    server.close();
  }

  private final class Script extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
      int number = requests.incrementAndGet() - begun;
      noteThreads();
      authorization = request.getHeaders().get("Authorization");
      Asked asked = Asked.of(number, request.getBody());
      queries.addAndGet(asked.queries().size());
      var answer = new MockResponse.Builder();
      fault.spoil(answer, asked);
      if (answer.getBody() == null) {
        String error = "{\"code\":13,\"message\":\"" + ShownText.BODY + "\"}";
        answer.body(answer.getCode() == 200 ? json(asked) : error);
      }
      return answer.build();
    }

    /** A request's thread bears the address that it asks while it does so. */
    private void noteThreads() {
      Thread[] threads = new Thread[100];
      int count = Thread.enumerate(threads);
      synchronized (threadNames) {
        for (int i = 0; i < count; i++) {
          threadNames.add(threads[i].getName());
        }
      }
    }

    @Override
    public MockResponse peek() {
      var answer = new MockResponse.Builder();
      try {
        fault.spoil(answer, new Asked(requests.get() - begun + 1, List.of(), 0));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return answer.build();
    }
  }

  /** Sockets without Nagle's delay: with it each answer waits 40 ms for an ACK. */
  private static final class Sockets extends ServerSocketFactory {
    private final List<Socket> accepted = new CopyOnWriteArrayList<>();
    private volatile boolean resetting;

    void resetOnClose() {
      resetting = true;
      accepted.forEach(Sockets::reset);
    }

    private static void reset(Socket socket) {
      try {
        socket.setSoLinger(true, 0);
      } catch (IOException e) {
        // Closed meanwhile.
      }
    }

    @Override
    public ServerSocket createServerSocket() throws IOException {
      return new ServerSocket() {
        @Override
        public Socket accept() throws IOException {
          Socket socket = super.accept();
          socket.setTcpNoDelay(true);
          accepted.add(socket);
          if (resetting) {
            reset(socket);
          }
          return socket;
        }
      };
    }

    @Override
    public ServerSocket createServerSocket(int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
      throw new UnsupportedOperationException();
    }
  }
}
