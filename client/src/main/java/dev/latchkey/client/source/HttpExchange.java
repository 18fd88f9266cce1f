package dev.latchkey.client.source;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Call;
import okhttp3.ConnectionSpec;
import okhttp3.Dispatcher;
import okhttp3.Headers;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A question to the service and its whole answer, whatever the status. Thread-safe.
 *
 * <p>All that may take long runs on a thread of its own, while the caller only waits: neither a
 * supplier of tokens nor a name resolution nor a read from a socket can be given up in time where
 * it runs. The hand-over costs some twenty microseconds.
 */
final class HttpExchange {
  /** The most bytes of an answer. */
  static final int MAX_BODY_BYTES = 2 << 20;

  private static final int MAX_REQUESTS = 64;
  private static final long IDLE_SECONDS = 60;
  private static final int UNAUTHENTICATED = 401;

  /** What is added to a status other than 200, see {@link #disguise}. */
  private static final int DISGUISE = 1000;

  /** What is asked, by its method and address; without a body where there is none. */
  @SuppressWarnings("ArrayRecordComponent") // The body is sent, never compared.
  record Ask(String method, String url, byte @Nullable [] body) {}

  /** What came back. An answer other than 200 has no body: none is ever read. */
  @SuppressWarnings("ArrayRecordComponent") // The body is read once, never compared.
  record Answer(int code, Headers headers, byte[] body) {}

  private final ServiceAddress address;
  private final Credential credential;
  private final HttpFailures failures;
  private final @Nullable SSLSocketFactory sockets;
  private final @Nullable X509TrustManager trust;
  private final ExecutorService threads =
      new ThreadPoolExecutor(
          0,
          MAX_REQUESTS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          HttpExchange::newThread);
  private final Object lock = new Object();
  private @Nullable OkHttpClient client;
  private volatile boolean closed;

  HttpExchange(
      ServiceAddress address,
      Credential credential,
      HttpFailures failures,
      @Nullable SSLSocketFactory sockets,
      @Nullable X509TrustManager trust) {
    this.address = address;
    this.credential = credential;
    this.failures = failures;
    this.sockets = sockets;
    this.trust = trust;
  }

  private static Thread newThread(Runnable task) {
    var thread = new Thread(task, "latchkey-http");
    thread.setDaemon(true);
    return thread;
  }

  Answer send(Ask ask, Duration timeout) {
    var attempt = new Attempt(ask);
    try {
      return threads.submit(attempt).get(nanos(timeout), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      throw closed ? failures.closed() : failures.busy(MAX_REQUESTS);
    } catch (InterruptedException e) {
      attempt.giveUp();
      Thread.currentThread().interrupt();
      throw failures.interrupted();
    } catch (TimeoutException e) {
      attempt.giveUp();
      throw attempt.hasToken ? failures.timeout(timeout) : failures.noToken(timeout);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw closed ? failures.closed() : failures.of(e.getCause());
    }
  }

  private static long nanos(Duration timeout) {
    try {
      return timeout.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** One question, on its own thread, up to a second time with another token. */
  private final class Attempt implements Callable<Answer> {
    private final Ask ask;
    private volatile @Nullable Call call;
    private volatile boolean hasToken;
    private volatile boolean givenUp;

    Attempt(Ask ask) {
      this.ask = ask;
    }

    @Override
    public Answer call() throws IOException {
      Credential.Given given = credential.current();
      Answer answer = send(given);
      if (answer.code() != UNAUTHENTICATED) {
        return answer;
      }
      // The token may have been renewed since it was given; the same one again would be no use.
      hasToken = false;
      Credential.Given renewed = credential.renewed(given);
      return renewed.isSameAs(given) ? answer : send(renewed);
    }

    private Answer send(Credential.Given given) throws IOException {
      hasToken = true;
      Call sending = client().newCall(request(ask, given));
      call = sending;
      if (givenUp) {
        sending.cancel();
      }
      try (Response response = execute(sending)) {
        int code = response.code() % DISGUISE;
        byte[] answer = code == 200 ? read(sending, response) : new byte[0];
        return new Answer(code, response.headers(), answer);
      }
    }

    /** Refuses some bodies; closing one would read on for a while to save the connection. */
    private byte[] read(Call sending, Response response) throws IOException {
      for (String encoding : response.headers().values("Content-Encoding")) {
        if (!encoding.equalsIgnoreCase("identity")) {
          sending.cancel();
          throw failures.badAnswer("it is compressed, though that was declined");
        }
      }
      byte[] answer = response.body().byteStream().readNBytes(MAX_BODY_BYTES + 1);
      if (answer.length > MAX_BODY_BYTES) {
        sending.cancel();
        throw failures.tooLarge();
      }
      return answer;
    }

    private Response execute(Call sending) throws IOException {
      try {
        return sending.execute();
      } catch (ProtocolException e) {
        throw failures.badAnswer("it is not HTTP");
      }
    }

    void giveUp() {
      givenUp = true;
      Call sending = call;
      if (sending != null) {
        sending.cancel();
      }
    }
  }

  private static Request request(Ask ask, Credential.Given given) {
    byte[] body = ask.body();
    return new Request.Builder()
        .url(ask.url())
        .header("Authorization", given.header())
        .header("Accept", "application/json")
        .header("Accept-Encoding", "identity")
        .header("User-Agent", "latchkey")
        .method(
            ask.method(),
            body == null ? null : RequestBody.create(body, MediaType.get("application/json")))
        .build();
  }

  /** Makes the client, whose classes take longer to load than a request takes. */
  void prepare() {
    synchronized (lock) {
      if (!closed && client == null) {
        client = newClient();
      }
    }
  }

  /** Makes the client when it is needed: it takes 100 ms of a process that may never ask. */
  private OkHttpClient client() {
    synchronized (lock) {
      if (closed) {
        throw failures.closed();
      }
      if (client == null) {
        client = newClient();
      }
      return client;
    }
  }

  private OkHttpClient newClient() {
    var builder =
        new OkHttpClient.Builder()
            .dispatcher(new Dispatcher(threads))
            .addNetworkInterceptor(HttpExchange::disguise)
            .followRedirects(false)
            .followSslRedirects(false)
            .socketFactory(new NoDelaySockets())
            // The caller's deadline is the only one: an answer may be held for longer than these.
            .connectTimeout(Duration.ZERO)
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO);
    if (address.isSecure()) {
      builder.connectionSpecs(List.of(ConnectionSpec.MODERN_TLS));
      if (sockets != null && trust != null) {
        builder.sslSocketFactory(sockets, trust);
      }
    } else {
      // A proxy would carry the token off this machine in the clear.
      builder
          .connectionSpecs(List.of(ConnectionSpec.CLEARTEXT))
          .proxy(Proxy.NO_PROXY)
          .dns(HttpExchange::onThisMachine);
    }
    return builder.build();
  }

  /**
   * Returns 127.0.0.1 for the one name that is asked for, "localhost". It may have two addresses,
   * and a service that listens at one has nothing to say about who listens at the other.
   */
  static List<InetAddress> onThisMachine(String host) throws UnknownHostException {
    return List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1}));
  }

  /**
   * Gives a status another number. After some, 408 and certain 503, OkHttp sends the request again
   * by itself, whereas whether and when to is the caller's to say; of these it knows nothing.
   */
  private static Response disguise(Interceptor.Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    return response.code() == 200
        ? response
        : response.newBuilder().code(DISGUISE + response.code()).build();
  }

  void close() {
    OkHttpClient ending;
    synchronized (lock) {
      closed = true;
      ending = client;
    }
    threads.shutdownNow();
    if (ending != null) {
      ending.dispatcher().cancelAll();
      ending.connectionPool().evictAll();
    }
  }
}
