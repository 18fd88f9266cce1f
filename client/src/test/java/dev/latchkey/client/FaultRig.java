package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.client.FaultServer.Wire;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.client.tink.TinkSealer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Logger;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;

/** A real client and source over real sockets to a {@link FaultServer}, and all that they show. */
class FaultRig implements AutoCloseable {
  static final SecretRef REF = SecretRef.parseShort("my-secret");
  static final SecretRef OTHER = SecretRef.parseShort("other-secret");

  private static final long POLL_NANOS = 100_000;

  /** The newest version of every secret when a rig starts. */
  static final long VERSION = 7;

  /** What sealed the secrets. */
  static final Keyset OLD = Keysets.generate();

  /** What the client has: the old key, and a newer one. */
  static final Keyset ROTATED = OLD.rotated();

  /** What the client has not. */
  static final Keyset GONE = Keysets.generate();

  /** How a client of a rig is made. */
  static final class Options {
    private final Wire wire;
    private boolean realTime;
    private boolean watching;
    private int maxEntries = 10_000;
    private Duration timeout = Duration.ofSeconds(10);

    Options(Wire wire) {
      this.wire = wire;
    }

    /** Goes by the clock of this machine. */
    Options realTime(Duration timeout) {
      this.realTime = true;
      this.timeout = timeout;
      return this;
    }

    Options timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /** Keeps a request at the server, which counts as one. */
    Options watching() {
      this.watching = true;
      return this;
    }

    Options maxEntries(int maxEntries) {
      this.maxEntries = maxEntries;
      return this;
    }
  }

  final FakeScheduler time = new FakeScheduler();
  final RecordedCalls calls = new RecordedCalls();
  final FaultServer server;
  final SecretsClient client;
  final SecretEnvironment environment;
  final AtomicInteger tokenReads = new AtomicInteger();
  final List<Throwable> uncaught = new CopyOnWriteArrayList<>();

  /** What the client's text forms are made of, and whatever else a cell adds. */
  final List<Object> shownObjects = new CopyOnWriteArrayList<>();

  private final Options options;
  private final Supplier<String> view;
  private final SwitchedSource source;
  private final RecordedPauses pausing;

  /** What prints to the console; taken away before the recording handler comes. */
  private final List<Handler> silenced = List.of(Logger.getLogger("").getHandlers());

  private final RecordedLog log = new RecordedLog();
  private final List<AutoCloseable> closing = new CopyOnWriteArrayList<>();
  private final List<IntSupplier> counts = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private volatile Supplier<String> token = () -> ShownText.TOKEN;
  private int requestsBefore;

  FaultRig(Wire wire) {
    this(new Options(wire));
  }

  FaultRig(Options options) {
    this.options = options;
    silenced.forEach(Logger.getLogger("")::removeHandler);
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
    server = newServer(options.wire == Wire.HTTP_2 ? FaultCertificates.GOOD : null);
    server.put("my-secret", VERSION);
    server.put("other-secret", VERSION);
    source = new SwitchedSource(options.watching);
    use(server.address());
    pausing = new RecordedPauses(options.realTime ? new SystemScheduler() : time);
    var builder =
        SecretsClient.builder(source, TinkDecryptor.of(ROTATED))
            .scheduler(pausing)
            .listener(calls)
            .timeout(options.timeout)
            .maxEntries(options.maxEntries);
    client = builder.build();
    view = client.text(REF);
    environment =
        SecretEnvironment.builder()
            .environment(Map.of("MY_APP_SECRET", "secret://my-secret"))
            .role(ProcessRole.FLOW)
            .resolver(client)
            .build();
    shownObjects.addAll(List.of(builder, client, source, environment, environment.asMap()));
    shownObjects.addAll(List.of(OLD, ROTATED, TinkDecryptor.of(ROTATED), TinkSealer.of(OLD)));
  }

  /** Starts another server, whose requests count as well. */
  final FaultServer newServer(@Nullable HeldCertificate certificate) {
    var started = new FaultServer(TinkSealer.of(OLD), certificate);
    count(started::requests);
    return closing(started);
  }

  /** Closes something at the end, before what came before it. */
  final <T extends AutoCloseable> T closing(T closeable) {
    closing.add(closeable);
    return closeable;
  }

  /** Counts other requests as well. */
  final void count(IntSupplier requests) {
    counts.add(requests);
  }

  /** Has the client ask another address. */
  final void use(URI address) {
    var builder =
        HttpSource.builder(address)
            .project(FaultServer.PROJECT)
            .tls(FaultCertificates.TRUST.sslSocketFactory(), FaultCertificates.TRUST.trustManager())
            .token(
                () -> {
                  tokenReads.incrementAndGet();
                  return token.get();
                });
    HttpSource next = builder.build();
    shownObjects.addAll(List.of(builder, next));
    source.use(next, address);
  }

  /** Puts all in order again. */
  void heal() {
    server.fault(FaultServer.Fault.NONE);
    if (!source.address().equals(server.address())) {
      use(server.address());
    }
  }

  void token(Supplier<String> token) {
    this.token = token;
  }

  boolean isRealTime() {
    return options.realTime;
  }

  /** Returns how messages name the service that is asked. */
  String origin() {
    URI address = source.address();
    return address.getScheme() + "://" + address.getRawAuthority();
  }

  /** Counts from now on. */
  void mark() {
    requestsBefore = 0;
    requestsBefore = requests();
    tokenReads.set(0);
    pausing.pauses.clear();
    calls.clear();
  }

  /** Returns how many requests have reached a server since the mark. */
  int requests() {
    return counts.stream().mapToInt(IntSupplier::getAsInt).sum() - requestsBefore;
  }

  List<Duration> pauses() {
    return List.copyOf(pausing.pauses);
  }

  /** Returns the time on the client's clock. */
  long nanos() {
    return pausing.nanos();
  }

  /** Reads through a view that may still hold what it read before. */
  String read() {
    return view.get();
  }

  /** Returns what a reader of a secret gets instead of it. */
  SecretException fail(SecretRef ref) {
    return noted(catchThrowableOfType(SecretException.class, () -> client.resolve(ref).close()));
  }

  <T extends Throwable> T noted(@Nullable T thrown) {
    failures.add(Objects.requireNonNull(thrown));
    return thrown;
  }

  SecretStatus status() {
    SecretStatus status = client.status(REF);
    shownObjects.add(status);
    return status;
  }

  /** Waits for what other threads do. */
  static void until(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      LockSupport.parkNanos(POLL_NANOS); // Spinning would keep a small machine from it.
    }
  }

  /** Returns what JDK Flight Recorder recorded of the client. The one place to add it. */
  String jfrText() {
    return "";
  }

  /** Returns all that the client has shown. */
  ShownText shown() {
    var shown = new ShownText(ROTATED, GONE);
    failures.forEach(failure -> shown.add("exception", failure));
    uncaught.forEach(thrown -> shown.add("uncaught", thrown));
    shown.add("log", log.text());
    shown.add("listener", calls.text());
    shown.add("thread", server.threadNames());
    Thread.getAllStackTraces().keySet().forEach(thread -> shown.add("thread", thread.getName()));
    shownObjects.forEach(object -> shown.add("toString", object));
    shown.add("toString", environment.report());
    environment.report().bindings().forEach(line -> shown.add("toString", line));
    calls.fetches().forEach(event -> shown.add("toString", event));
    shown.add("jfr", jfrText());
    return shown;
  }

  /** Checks that no secret shows anywhere, and that no thread died. */
  void assertNothingShows() {
    assertThat(uncaught).isEmpty();
    assertThat(log.text()).isNotEmpty();
    assertThat(shown().leaks()).isEmpty();
  }

  @Override
  public void close() {
    try {
      client.close();
      source.close();
      for (int i = closing.size() - 1; i >= 0; i--) {
        closing.get(i).close();
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(null);
      log.close();
      silenced.forEach(Logger.getLogger("")::addHandler);
    }
  }
}
