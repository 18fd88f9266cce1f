package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.source.LoopbackServer;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a hundred secrets that are not at hand cost over one loopback connection, beside the floor:
 * a bare OkHttp POST of the same bytes there and back. What to compare are the medians: a mean has
 * in it whatever else the machine does.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
public class ColdBatch {
  private static final String PROJECT = "default";
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final String VALUE = "0123456789abcdef0123456789abcdef";

  /** A client has as many for requests, and starts one for each request until it has them all. */
  private static final int THREADS = 4;

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** A service that gives one answer, and the question to it. */
  @State(Scope.Benchmark)
  public static class Service {
    /** How long it takes to answer: not at all, or about as long as one in the next building. */
    @Param({"0", "1"})
    int delayMillis;

    final Keyset keyset = Keysets.generate();
    final List<SecretName> names = new ArrayList<>();
    MockWebServer server;
    HttpSource source;
    FetchRequest request;

    @Setup
    public void start() throws IOException {
      for (int i = 0; i < FetchRequest.MAX_QUERIES; i++) {
        names.add(SecretName.parse("service-" + (100 + i) + "-password"));
      }
      request = FetchRequest.of(names.stream().map(CiphertextQuery::newest).toList(), TIMEOUT);
      server = LoopbackServer.start();
      server.setDispatcher(new OneAnswer(server, answer(), delayMillis));
      source =
          HttpSource.builder(server.url("/").uri()).project(PROJECT).token(() -> TOKEN).build();
    }

    private byte[] answer() {
      var sealer = TinkSealer.of(keyset);
      var json = new StringBuilder("{\"secrets\":[");
      for (SecretName name : names) {
        var identity = new SecretIdentity(PROJECT, name, 7);
        byte[] ciphertext = sealer.seal(identity, VALUE.getBytes(StandardCharsets.UTF_8));
        json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
            .append("{\"name\":\"")
            .append(name)
            .append("\",\"status\":\"sealed\",\"version\":7,\"ciphertext\":\"")
            .append(Base64.getEncoder().encodeToString(ciphertext))
            .append("\",\"createdAt\":\"2026-01-02T03:04:05.678Z\"}");
      }
      return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    @TearDown
    public void stop() {
      source.close();
      server.close();
    }
  }

  /** Gives its answer to everybody, and keeps no requests. */
  private static final class OneAnswer extends Dispatcher {
    private final MockWebServer server;
    private final MockResponse answer;

    OneAnswer(MockWebServer server, byte[] body, int delayMillis) {
      this.server = server;
      this.answer =
          new MockResponse.Builder()
              .headersDelay(delayMillis, TimeUnit.MILLISECONDS)
              .body(new Bytes(body))
              .build();
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
      server.takeRequest();
      return answer;
    }
  }

  private record Bytes(byte[] bytes) implements MockResponseBody {
    @Override
    public long getContentLength() {
      return bytes.length;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.write(bytes);
    }
  }

  /** OkHttp as it comes, with the bytes that the source sends. */
  @State(Scope.Benchmark)
  public static class Bare {
    final OkHttpClient client = new OkHttpClient();
    Request request;

    @Setup
    public void encode(Service service) {
      var json = new StringBuilder("{\"secrets\":[");
      for (SecretName name : service.names) {
        json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
            .append("{\"name\":\"")
            .append(name)
            .append("\"}");
      }
      byte[] body = json.append("],\"waitSeconds\":0}").toString().getBytes(StandardCharsets.UTF_8);
      request =
          new Request.Builder()
              .url(service.server.url("/v1/projects/" + PROJECT + "/ciphertexts"))
              .header("Authorization", "Bearer " + TOKEN)
              .post(RequestBody.create(body, MediaType.get("application/json")))
              .build();
    }

    @TearDown
    public void stop() {
      client.connectionPool().evictAll();
    }
  }

  /** A client whose threads have started and which holds nothing, for each invocation anew. */
  @State(Scope.Benchmark)
  public static class Cold {
    List<SecretRef> refs;
    SecretsClient client;
    private MockWebServer server;
    private int asked;
    private int invocations;
    private int requests;

    @Setup(Level.Invocation)
    public void open(Service service) {
      server = service.server;
      refs = service.names.stream().map(SecretRef::of).toList();
      client =
          SecretsClient.builder(new Shared(service.source), TinkDecryptor.of(service.keyset))
              .build();
      for (int i = 0; i < THREADS; i++) {
        client.prefetch(List.of(SecretRef.parse("secret://unknown-" + i)));
      }
      asked = server.getRequestCount();
    }

    @TearDown(Level.Invocation)
    public void close() {
      requests += server.getRequestCount() - asked;
      invocations++;
      client.close();
    }

    @TearDown(Level.Iteration)
    public void count() {
      System.out.print("(" + requests + " requests for " + invocations + " prefetches) ");
      requests = 0;
      invocations = 0;
    }
  }

  /** A source that outlives its clients, and knows by itself what is unknown. */
  private record Shared(HttpSource source) implements CiphertextSource {
    @Override
    public String project() {
      return source.project();
    }

    @Override
    public List<CiphertextAnswer> fetch(FetchRequest request) {
      return request.queries().size() == 1
          ? List.of(new CiphertextAnswer.NotFound(Optional.empty()))
          : source.fetch(request);
    }

    @Override
    public void close() {}
  }

  @Benchmark
  public byte[] floorBarePost(Bare bare) throws IOException {
    try (Response response = bare.client.newCall(bare.request).execute()) {
      return response.body().bytes();
    }
  }

  @Benchmark
  public List<CiphertextAnswer> sourceFetch(Service service) {
    return service.source.fetch(service.request);
  }

  @Benchmark
  public Map<SecretRef, SecretException> clientPrefetch(Cold cold) {
    Map<SecretRef, SecretException> failures = cold.client.prefetch(cold.refs);
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.toString());
    }
    return failures;
  }
}
