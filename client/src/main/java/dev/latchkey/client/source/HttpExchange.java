package dev.latchkey.client.source;

import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Call;
import okhttp3.Callback;
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
 * One POST and its whole answer, whatever its status. Thread-safe.
 *
 * <p>The request runs on a thread of its own, not the caller's, who only waits: neither a name
 * resolution nor a read from a socket can be interrupted or given up in time where it runs. The
 * hand-over costs some ten microseconds.
 */
final class HttpExchange {
  /** The most bytes of an answer; one more is read, so that the excess shows. */
  static final int MAX_BODY_BYTES = 2 << 20;

  private static final int MAX_REQUESTS = 64;
  private static final long IDLE_SECONDS = 60;

  /** What came back. An answer other than 200 has no body: none is ever read. */
  @SuppressWarnings("ArrayRecordComponent") // The body is read once, never compared.
  record Answer(int code, Headers headers, byte[] body) {}

  private final ServiceAddress address;
  private final String endpoint;
  private final HttpFailures failures;
  private final @Nullable SSLSocketFactory sockets;
  private final @Nullable X509TrustManager trust;
  private final Object lock = new Object();
  private @Nullable OkHttpClient client;
  private volatile boolean closed;

  HttpExchange(
      ServiceAddress address,
      String endpoint,
      HttpFailures failures,
      @Nullable SSLSocketFactory sockets,
      @Nullable X509TrustManager trust) {
    this.address = address;
    this.endpoint = endpoint;
    this.failures = failures;
    this.sockets = sockets;
    this.trust = trust;
  }

  Answer post(byte[] body, String token, Duration timeout) {
    long nanos = nanos(timeout);
    Call call = client().newCall(request(body, token));
    call.timeout().timeout(nanos, TimeUnit.NANOSECONDS);
    var answer = new CompletableFuture<Answer>();
    call.enqueue(new Completion(answer));
    try {
      return answer.get(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      call.cancel();
      Thread.currentThread().interrupt();
      throw failures.interrupted();
    } catch (TimeoutException e) {
      call.cancel();
      throw failures.timeout(timeout);
    } catch (ExecutionException e) {
      if (closed) {
        throw failures.closed();
      }
      throw e.getCause() instanceof IOException io
          ? failures.of(io, timeout)
          : failures.badAnswer("it could not be read");
    }
  }

  private static long nanos(Duration timeout) {
    try {
      return timeout.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  private Request request(byte[] body, String token) {
    return new Request.Builder()
        .url(endpoint)
        .header("Authorization", "Bearer " + token)
        .header("Accept", "application/json")
        .header("Accept-Encoding", "identity")
        .header("User-Agent", "latchkey")
        .post(RequestBody.create(body, MediaType.get("application/json")))
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
    var threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              var thread = new Thread(task, "latchkey-http");
              thread.setDaemon(true);
              return thread;
            });
    var dispatcher = new Dispatcher(threads);
    dispatcher.setMaxRequests(MAX_REQUESTS);
    dispatcher.setMaxRequestsPerHost(MAX_REQUESTS);
    var builder =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .followRedirects(false)
            .followSslRedirects(false)
            .socketFactory(new NoDelaySockets())
            .addNetworkInterceptor(new ReadableRetryAfter())
            // The call's deadline is the only one: an answer may be held for longer than these.
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
      builder.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT)).proxy(Proxy.NO_PROXY);
    }
    return builder.build();
  }

  void close() {
    OkHttpClient ending;
    synchronized (lock) {
      closed = true;
      ending = client;
    }
    if (ending != null) {
      ending.dispatcher().cancelAll();
      ending.dispatcher().executorService().shutdown();
      ending.connectionPool().evictAll();
    }
  }

  /** OkHttp reads this header too, as an int, and one that is larger ends its thread. */
  private static final class ReadableRetryAfter implements Interceptor {
    private static final int MAX_DIGITS = 9;

    @Override
    public Response intercept(Chain chain) throws IOException {
      Response response = chain.proceed(chain.request());
      String seconds = response.header("Retry-After");
      return seconds == null || seconds.length() <= MAX_DIGITS || !seconds.matches("[0-9]+")
          ? response
          : response.newBuilder().header("Retry-After", "9".repeat(MAX_DIGITS)).build();
    }
  }

  /** Reads an answer to its end, on the request's own thread. */
  private record Completion(CompletableFuture<Answer> answer) implements Callback {
    @Override
    public void onFailure(Call call, IOException e) {
      answer.completeExceptionally(e);
    }

    @Override
    public void onResponse(Call call, Response response) {
      try (response;
          InputStream in = response.body().byteStream()) {
        byte[] body = response.code() == 200 ? in.readNBytes(MAX_BODY_BYTES + 1) : new byte[0];
        answer.complete(new Answer(response.code(), response.headers(), body));
      } catch (IOException | RuntimeException e) {
        answer.completeExceptionally(e);
      }
    }
  }
}
