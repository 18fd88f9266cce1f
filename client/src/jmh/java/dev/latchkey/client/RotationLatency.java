package dev.latchkey.client;

import dev.latchkey.ProcessRole;
import dev.latchkey.Registration;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretName;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.source.LoopbackServer;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * From the moment a service gets a new version to the moment a rotation listener has the value, by
 * a held request on a loopback connection; beside the floor, from the same moment to a bare OkHttp
 * having read the answer to a held request of its own. The two take turns. The argument is how many
 * rotations.
 */
public final class RotationLatency {
  private static final String PROJECT = "default";
  private static final int WARM_UP = 50;

  private final TinkSealer sealer;
  private final Topic rotating;
  private final Topic floor;

  private RotationLatency(TinkSealer sealer) {
    this.sealer = sealer;
    this.rotating = new Topic("rotating");
    this.floor = new Topic("floor");
  }

  public static void main(String[] args) throws Exception {
    int rotations = args.length == 0 ? 200 : Integer.parseInt(args[0]);
    Keyset keyset = Keysets.generate();
    var run = new RotationLatency(TinkSealer.of(keyset));
    try (MockWebServer server = LoopbackServer.start()) {
      server.setDispatcher(run.new Service(server));
      run.listenByClient(server, keyset, () -> run.publish(WARM_UP + rotations, server));
      run.rotating.end();
    }
    System.out.printf("%-10s %8s %8s %8s%n", "us", "p50", "p99", "max");
    run.floor.print(rotations);
    run.rotating.print(rotations);
  }

  private interface Task {
    void run() throws InterruptedException;
  }

  private void listenByClient(MockWebServer server, Keyset keyset, Task task)
      throws InterruptedException {
    var source =
        HttpSource.builder(server.url("/").uri()).project(PROJECT).token(() -> "t0ken").build();
    try (SecretsClient client = SecretsClient.builder(source, TinkDecryptor.of(keyset)).build()) {
      SecretEnvironment environment =
          SecretEnvironment.builder()
              .environment(Map.of("PASSWORD", "secret://" + rotating.name))
              .role(ProcessRole.WORK)
              .resolver(client)
              .build();
      environment.get("PASSWORD");
      try (Registration listening =
          environment.onRotation("PASSWORD", value -> rotating.arrived(value.reveal()))) {
        Objects.requireNonNull(listening);
        task.run();
      }
    }
  }

  /** Publishes on both in turn, at random moments that leave time for the next request. */
  private void publish(int times, MockWebServer server) throws InterruptedException {
    var bare = new Thread(() -> readBare(server, times), "bare");
    bare.setDaemon(true);
    bare.start();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    long at = 500;
    for (int i = 0; i < times; i++) {
      for (Topic topic : List.of(rotating, floor)) {
        at += ThreadLocalRandom.current().nextInt(100, 150);
        ScheduledFuture<?> unused = timer.schedule(topic::publish, at, TimeUnit.MILLISECONDS);
      }
    }
    timer.shutdown();
    if (!timer.awaitTermination(at + 10_000, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("The service did not publish in time.");
    }
    rotating.awaitArrivals(times);
    floor.awaitArrivals(times);
  }

  private void readBare(MockWebServer server, int times) {
    OkHttpClient client = new OkHttpClient.Builder().readTimeout(Duration.ZERO).build();
    for (long known = 1; known <= times; known++) {
      String body =
          String.format(
              "{\"secrets\":[{\"name\":\"%s\",\"knownVersion\":%d}],\"waitSeconds\":25}",
              floor.name, known);
      Request request =
          new Request.Builder()
              .url(server.url("/v1/projects/" + PROJECT + "/ciphertexts"))
              .post(RequestBody.create(body, MediaType.get("application/json")))
              .build();
      try (Response response = client.newCall(request).execute()) {
        byte[] answer = response.body().bytes();
        Objects.requireNonNull(answer);
        floor.arrived(Long.toString(known + 1));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A secret whose value is its version, and when each version came and arrived. */
  private final class Topic {
    private final String name;
    private final Map<String, Long> published = new ConcurrentHashMap<>();
    private final List<Long> latencies = new ArrayList<>();
    private long version = 1;
    private String answer;
    private int waiting;
    private int missed;
    private boolean ended;

    Topic(String name) {
      this.name = name;
      this.answer = sealed(1);
    }

    private String sealed(long version) {
      var identity = new SecretIdentity(PROJECT, SecretName.parse(name), version);
      byte[] value = Long.toString(version).getBytes(StandardCharsets.UTF_8);
      return String.format(
          "{\"secrets\":[{\"name\":\"%s\",\"status\":\"sealed\",\"version\":%d,"
              + "\"ciphertext\":\"%s\",\"createdAt\":\"2026-01-02T03:04:05.678Z\"}]}",
          name, version, Base64.getEncoder().encodeToString(sealer.seal(identity, value)));
    }

    synchronized void publish() {
      answer = sealed(version + 1);
      version++;
      missed += waiting == 0 ? 1 : 0;
      published.put(Long.toString(version), System.nanoTime());
      notifyAll();
    }

    synchronized String awaitNews(long known, long waitSeconds) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
      waiting++;
      for (long left = end - System.nanoTime();
          version == known && left > 0 && !ended;
          left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
      waiting--;
      return version != known
          ? answer
          : String.format(
              "{\"secrets\":[{\"name\":\"%s\",\"status\":\"unchanged\",\"version\":%d}]}",
              name, version);
    }

    /** Lets go whoever waits, so that the server can be closed. */
    synchronized void end() {
      ended = true;
      notifyAll();
    }

    void arrived(String value) {
      long now = System.nanoTime();
      synchronized (latencies) {
        latencies.add(now - Objects.requireNonNull(published.get(value)));
        latencies.notifyAll();
      }
    }

    void awaitArrivals(int number) throws InterruptedException {
      synchronized (latencies) {
        while (latencies.size() < number) {
          latencies.wait();
        }
      }
    }

    void print(int last) {
      List<Long> sorted =
          latencies.subList(latencies.size() - last, latencies.size()).stream().sorted().toList();
      System.out.printf(
          "%-10s %8.0f %8.0f %8.0f   (%d rotations, %d of %d came while nobody waited)%n",
          name,
          sorted.get(last / 2) / 1e3,
          sorted.get(last * 99 / 100) / 1e3,
          sorted.get(last - 1) / 1e3,
          last,
          missed,
          version - 1);
    }
  }

  /** Speaks as much of the wire as one secret a request needs. */
  private final class Service extends Dispatcher {
    private static final Pattern REQUEST =
        Pattern.compile(
            "\\{\"secrets\":\\[\\{\"name\":\"(\\w+)\"(?:,\"knownVersion\":(\\d+))?}],"
                + "\"waitSeconds\":(\\d+)}");

    private final MockWebServer server;

    Service(MockWebServer server) {
      this.server = server;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
      server.takeRequest(); // Which would keep it.
      Matcher asked = REQUEST.matcher(Objects.requireNonNull(request.getBody()).utf8());
      if (!asked.matches()) {
        return new MockResponse.Builder().code(400).build();
      }
      Topic topic = asked.group(1).equals(floor.name) ? floor : rotating;
      long known = asked.group(2) == null ? 0 : Long.parseLong(asked.group(2));
      String answer = topic.awaitNews(known, Long.parseLong(asked.group(3)));
      return new MockResponse.Builder().body(answer).build();
    }
  }
}
