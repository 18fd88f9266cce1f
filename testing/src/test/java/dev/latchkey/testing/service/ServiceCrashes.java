package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.SecretName;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.testing.service.CrashLedger.Found;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A service that is written to by several clients, killed, and started again. */
final class ServiceCrashes implements AutoCloseable {
  private static final int CLIENTS = 4;
  private static final int KILLED = 128 + 9;
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final Path directory;
  private final List<String> options;
  private final Random random;
  private final CrashLedger ledger = new CrashLedger();
  private final List<CrashClient> clients = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
  private final ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
  private final HttpClient http = HttpClient.newHttpClient();
  private ServiceJar process;
  private URI address;
  private int rounds;

  ServiceCrashes(Path directory, List<String> options, Random random) throws IOException {
    this.directory = directory;
    this.options = options;
    this.random = random;
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new CrashClient(i, ledger, new Random(random.nextLong())));
    }
    process = ServiceJar.start(directory, options);
    address = process.awaitAddress();
  }

  CrashLedger ledger() {
    return ledger;
  }

  private CrashClient.Place place() throws IOException {
    return new CrashClient.Place(http, address, process.basic());
  }

  /** Writes until the process is killed, 50 to 300 ms after its first answer. */
  void writeAndKill() throws Exception {
    var first = new CountDownLatch(1);
    var killed = new AtomicBoolean();
    CrashClient.Place place = place();
    List<Future<?>> writing = new ArrayList<>();
    for (CrashClient client : clients) {
      writing.add(threads.submit(client.at(place, first, killed)));
    }
    assertThat(first.await(30, TimeUnit.SECONDS)).as("an answer within 30 s").isTrue();
    Future<Integer> status =
        killer.schedule(
            () -> {
              killed.set(true);
              return process.kill();
            },
            50_000 + random.nextInt(250_000),
            TimeUnit.MICROSECONDS);
    assertThat(status.get()).isEqualTo(KILLED);
    for (Future<?> client : writing) {
      client.get(30, TimeUnit.SECONDS);
    }
    ledger.crashed();
  }

  /** Starts it again, and asserts that all is there that was acknowledged. */
  void restartAndCheck() throws Exception {
    List<String> lines = auditLines(); // Before the next process adds to it.
    process = ServiceJar.start(directory, options);
    // While it starts.
    ledger.checkAudit(lines);
    Map<String, Found> found = rounds % 2 == 0 ? checkStore() : Map.of();
    address = process.awaitAddress();
    if (rounds % 4 != 0) {
      Map<String, Found> served = served();
      ledger.checkValues(served);
      found = served;
    }
    JsonNode list = place().json("GET", "secrets", null);
    ledger.checkList(list);
    ledger.checkTokens(place().json("GET", "process-tokens", null));
    ledger.settle(found, list);
    rounds++;
  }

  /** Asserts what can be seen without a process. */
  void checkFiles() throws IOException {
    Map<String, Found> unused = checkStore();
    ledger.checkAudit(auditLines());
  }

  private List<String> auditLines() throws IOException {
    return new String(Files.readAllBytes(directory.resolve("audit.jsonl")), UTF_8).lines().toList();
  }

  private Map<String, Found> checkStore() {
    Map<String, Found> found = new HashMap<>();
    DirectoryStore store = DirectoryStore.open(directory.resolve("secrets"), "default");
    for (CrashClient client : clients) {
      open(store, client.names(), found);
    }
    ledger.checkValues(found);
    return found;
  }

  /** Reads all secrets as processes do, with tokens from before the crash. */
  private Map<String, Found> served() {
    Map<String, Found> found = new HashMap<>();
    for (CrashClient client : clients) {
      String token = client.token();
      if (token != null) {
        try (HttpSource source =
            HttpSource.builder(address).project("default").token(() -> token).build()) {
          open(source, client.names(), found);
        }
      }
    }
    return found;
  }

  private void open(CiphertextSource source, List<String> names, Map<String, Found> found) {
    var decryptor = TinkDecryptor.of(Keysets.read(directory.resolve("keyset.json")));
    for (int from = 0; from < names.size(); from += FetchRequest.MAX_QUERIES) {
      List<String> some =
          names.subList(from, Math.min(names.size(), from + FetchRequest.MAX_QUERIES));
      List<CiphertextQuery> queries =
          some.stream().map(name -> CiphertextQuery.newest(SecretName.parse(name))).toList();
      List<CiphertextAnswer> answers = source.fetch(FetchRequest.of(queries, TIMEOUT));
      for (int i = 0; i < some.size(); i++) {
        if (answers.get(i) instanceof CiphertextAnswer.Sealed sealed) {
          SealedSecret secret = sealed.secret();
          String value = new String(decryptor.open(secret), UTF_8);
          found.put(some.get(i), new Found(value, secret.identity().version()));
        } else {
          assertThat(answers.get(i)).isInstanceOf(CiphertextAnswer.NotFound.class);
        }
      }
    }
  }

  @Override
  public void close() {
    process.close();
    threads.shutdownNow();
    killer.shutdownNow();
  }
}
