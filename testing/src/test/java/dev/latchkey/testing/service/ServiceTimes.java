package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prints what a service does a second, beside a server that does nothing. Run by name: its name is
 * none of those that always run. What asks is in the same JVM, on one thread, and shares the
 * processors.
 */
class ServiceTimes {
  private static final int CONNECTIONS = 64;
  private static final int NAMES = 100;
  private static final int WATCHES = 1_000;
  private static final int ROUNDS = 5;
  private static final int STARTS = 15;
  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final Duration ROUND = Duration.ofSeconds(1);
  private static final String SECRETS = "/v1/projects/shop/secrets";
  private static final String READ = "/v1/projects/shop/ciphertexts";

  @TempDir Path scratch;
  private final AtomicInteger created = new AtomicInteger();

  @Test
  void print() throws Exception {
    printStartUp();
    printJar();
    try (Desk desk = Desk.open(scratch.resolve("load"))) {
      printReads(desk);
      printCreates(desk);
      printWatches(desk);
    }
  }

  @SuppressWarnings("SystemOut")
  private void printStartUp() {
    List<Double> starts = new ArrayList<>();
    for (int i = 0; i < STARTS; i++) {
      long begun = System.nanoTime();
      try (Desk desk = Desk.open(scratch.resolve("start"))) {
        assertThat(desk.admin("GET", SECRETS, null).status()).isEqualTo(200);
        starts.add(millisSince(begun));
      }
    }
    double cold = starts.get(0);
    System.out.printf(
        "Start to first answer, in a test: %.0f ms at first, then %.1f ms%n",
        cold, median(starts.subList(STARTS / 3, STARTS), start -> start));
  }

  @SuppressWarnings("SystemOut")
  private void printJar() throws Exception {
    Path data = scratch.resolve("jar");
    HttpClient http = HttpClient.newHttpClient();
    List<Double> starts = new ArrayList<>();
    List<Double> resident = new ArrayList<>();
    List<Double> heap = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      long begun = System.nanoTime();
      try (var process = ServiceJar.start(data, List.of())) {
        URI address = process.awaitAddress();
        var request =
            HttpRequest.newBuilder(URI.create(address + "/v1/memberships"))
                .header("Authorization", process.basic());
        assertThat(http.send(request.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        starts.add(millisSince(begun));
        resident.add(residentMegabytes(process.pid()));
        heap.add(heapMegabytes(process.pid()));
      }
    }
    System.out.printf(
        "Start to first answer, as a jar: %.0f ms; then %.0f MB resident, %.1f MB of heap in use"
            + " after a collection%n",
        median(starts, x -> x), median(resident, x -> x), median(heap, x -> x));
  }

  private static double residentMegabytes(long pid) throws IOException {
    return number(Files.readString(Path.of("/proc/" + pid + "/status")), "VmRSS:\\s+(\\d+) kB");
  }

  private static double heapMegabytes(long pid) throws IOException {
    jcmd(pid, "GC.run");
    return number(jcmd(pid, "GC.heap_info"), "total \\d+K, used (\\d+)K");
  }

  private static String jcmd(long pid, String command) throws IOException {
    String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process process =
        new ProcessBuilder(tool, Long.toString(pid), command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  /** Returns kilobytes that stand in a text, as megabytes. */
  private static double number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    return matcher.find() ? Double.parseDouble(matcher.group(1)) / 1024 : Double.NaN;
  }

  private void printReads(Desk desk) throws Exception {
    List<String> names = IntStream.range(0, NAMES).mapToObj(i -> "secret-" + i).toList();
    names.forEach(name -> desk.create(name, "some-value-of-32-characters-0123"));
    String body =
        names.stream()
            .map(name -> "{\"name\":\"" + name + "\"}")
            .collect(Collectors.joining(",", "{\"secrets\":[", "]}"));
    String token = "Bearer " + desk.token(names.toArray(String[]::new));
    byte[] request = Load.request("POST", READ, token, body);
    printBeside(desk, "reads of " + NAMES + " names", () -> request, () -> request);
  }

  private void printCreates(Desk desk) throws Exception {
    byte[] alike = createRequest(0);
    printBeside(desk, "creates", () -> createRequest(created.incrementAndGet()), () -> alike);
  }

  private static byte[] createRequest(int number) {
    String body = "{\"name\":\"created-" + number + "\",\"value\":\"some-value\"}";
    return Load.request("POST", SECRETS, Desk.ADMIN.basic(), body);
  }

  /** Prints requests a second beside those that a server answers which looks at nothing. */
  @SuppressWarnings("SystemOut")
  private static void printBeside(
      Desk desk, String what, Supplier<byte[]> requests, Supplier<byte[]> alike) throws Exception {
    try (Load load = new Load(desk.service.address(), CONNECTIONS)) {
      load.run(requests, WARM_UP);
      try (var bare = new BareServer(load.lastBytes());
          Load control = new Load(bare.address(), CONNECTIONS)) {
        control.run(alike, WARM_UP);
        List<Load.Result> results = new ArrayList<>();
        List<Load.Result> controls = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
          results.add(load.run(requests, ROUND));
          controls.add(control.run(alike, ROUND));
        }
        System.out.printf("%d connections, answers of %d bytes%n", CONNECTIONS, load.lastBytes());
        print("  " + what, results);
        print("  the same, bare Jetty", controls);
        System.out.printf(
            "  ratio: 1 to %.1f; of processor time %.1f to 1%n",
            median(controls, Load.Result::perSecond) / median(results, Load.Result::perSecond),
            median(results, Load.Result::processorMillis)
                / median(controls, Load.Result::processorMillis));
      }
    }
  }

  @SuppressWarnings("SystemOut")
  private static void print(String what, List<Load.Result> results) {
    System.out.printf(
        "%s: %.0f a second (%.0f to %.0f); %.1f ms (50 %%), %.1f ms (95 %%), %.1f ms (99 %%);"
            + " %.2f ms of a processor%n",
        what,
        median(results, Load.Result::perSecond),
        results.stream().mapToDouble(Load.Result::perSecond).min().orElseThrow(),
        results.stream().mapToDouble(Load.Result::perSecond).max().orElseThrow(),
        median(results, result -> result.millis(0.5)),
        median(results, result -> result.millis(0.95)),
        median(results, result -> result.millis(0.99)),
        median(results, Load.Result::processorMillis));
  }

  @SuppressWarnings("SystemOut")
  private void printWatches(Desk desk) throws Exception {
    String id = desk.create("watched", "some-value");
    String token = "Bearer " + desk.token("watched");
    List<Load.Result> results = new ArrayList<>();
    int threads = 0;
    try (Load load = new Load(desk.service.address(), WATCHES)) {
      for (int version = 1; version <= 3 * ROUNDS; version++) {
        byte[] request = Load.request("POST", READ, token, watch(version));
        load.sendAll(() -> request);
        desk.awaitWaiting(WATCHES);
        threads = Math.max(threads, desk.service.threads());
        long begun = System.nanoTime();
        var replaced = CompletableFuture.runAsync(() -> desk.replace(id, "other-value"));
        Load.Result result = load.awaitAll(begun);
        replaced.join();
        if (version > ROUNDS) {
          results.add(result);
        }
      }
    }
    System.out.printf(
        "%d held requests: %d threads; a rotation reaches them in %.0f ms (50 %%), %.0f ms (99 %%),"
            + " %.0f ms (99 %%, slowest of %d rotations)%n",
        WATCHES,
        threads,
        median(results, result -> result.millis(0.5)),
        median(results, result -> result.millis(0.99)),
        results.stream().mapToDouble(result -> result.millis(0.99)).max().orElseThrow(),
        results.size());
  }

  private static String watch(int version) {
    return "{\"secrets\":[{\"name\":\"watched\",\"knownVersion\":"
        + version
        + "}],\"waitSeconds\":60}";
  }

  private static double millisSince(long begun) {
    return (System.nanoTime() - begun) / 1e6;
  }

  private static <T> double median(List<T> all, ToDoubleFunction<T> figure) {
    List<Double> sorted = new ArrayList<>(all.stream().map(figure::applyAsDouble).toList());
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
