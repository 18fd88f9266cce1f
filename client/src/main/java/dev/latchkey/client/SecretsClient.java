package dev.latchkey.client;

import dev.latchkey.Registration;
import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretValue;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.store.DiskCache;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SecretResolver;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Resolves references over a {@link CiphertextSource} and a {@link Decryptor}.
 *
 * <p>A ciphertext is opened once, when it arrives, and its value kept sealed under a random key of
 * this process; each read opens that. A value that was read is served from memory from then on: a
 * look-up, no lock, no clock, no I/O. In the background the source tells of newer versions at once,
 * if it {@linkplain CiphertextSource#canHold can}, or is asked from time to time for all values
 * together ({@link Builder#fresh}). While it cannot be reached, the last values go on being served
 * ({@link Builder#maxStale}); when it says that a secret is gone or denied, they do not. A source
 * that fails again and again is left alone for a while.
 *
 * <p>Thread-safe. {@link #close} ends its threads and overwrites the key.
 */
public final class SecretsClient implements SecretResolver {
  /** Twice as much is still within the range of a clock that counts nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final CiphertextSource source;
  private final @Nullable Duration holdPlaintext;
  private final Duration maxStale;

  private final ProcessKey key = new ProcessKey();
  private final ClientThreads threads = new ClientThreads();
  private final Scheduler scheduler;
  private final DiskCopies copies;
  final Holdings holdings;
  private final Fetcher fetcher;
  private final Refresher refresher;

  private SecretsClient(Builder builder) {
    source = builder.source;
    holdPlaintext = builder.holdPlaintext;
    maxStale = builder.maxStale;
    scheduler = builder.scheduler != null ? builder.scheduler : new SystemScheduler();
    List<SecretsListener> told = new ArrayList<>(builder.listeners);
    told.add(new OutageLog(maxStale));
    var notices = new Notices(Listeners.of(told));
    holdings =
        new Holdings(
            new ValueCache(builder.maxEntries, builder.maxBytes),
            new Rotations(threads.listeners),
            scheduler,
            notices,
            maxStale);
    var retrying = new RetryingSource(source, scheduler, notices, builder.timeout);
    copies = new DiskCopies(builder.diskCache, source, scheduler);
    var arrivals =
        new Arrivals(
            source.project(), builder.decryptor, key, copies, scheduler, notices, maxStale);
    var loader = new Loader(retrying, arrivals, scheduler);
    refresher =
        new Refresher(
            source, holdings, notices, loader, scheduler, threads, builder.fresh, builder.timeout);
    fetcher =
        new Fetcher(
            missing -> loader.load(FetchEvent.Kind.FETCH, missing),
            holdings::usable,
            this::accept,
            threads.requests,
            builder.timeout.multipliedBy(2));
    refresher.scheduleNext();
  }

  private void accept(SecretRef ref, Outcome outcome) {
    holdings.accept(ref, outcome);
    refresher.check();
  }

  /**
   * Returns a builder of a client.
   *
   * @param source where ciphertexts come from; the client closes it
   * @param decryptor what opens them
   */
  public static Builder builder(CiphertextSource source, Decryptor decryptor) {
    return new Builder(source, decryptor);
  }

  /**
   * Builds a {@link SecretsClient}. A time of over a hundred years counts as a hundred. Not
   * thread-safe.
   */
  public static final class Builder {
    private final CiphertextSource source;
    private final Decryptor decryptor;
    private Duration fresh = Duration.ofSeconds(60);
    private Duration maxStale = Duration.ofHours(24);
    private Duration timeout = Duration.ofSeconds(10);
    private @Nullable Duration holdPlaintext;
    private @Nullable DiskCache diskCache;
    private int maxEntries = 10_000;
    private long maxBytes = 64L << 20;
    private final List<SecretsListener> listeners = new ArrayList<>();
    private @Nullable Scheduler scheduler;

    private Builder(CiphertextSource source, Decryptor decryptor) {
      this.source = source;
      this.decryptor = decryptor;
    }

    /**
     * Sets how long after a look the source is asked again, at the latest, whether values are the
     * newest; each time after a random half of it to all of it, so that processes which started
     * together do not ask together. What a source tells by itself when there is news ({@link
     * CiphertextSource#canHold}) is not asked for. Default: 60 seconds.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder fresh(Duration fresh) {
      this.fresh = positive("fresh", fresh);
      return this;
    }

    /**
     * Sets how long a value is served that the source has not confirmed, because it cannot be
     * reached. Ages are looked at every {@link #fresh}. Default: 24 hours.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder maxStale(Duration maxStale) {
      this.maxStale = positive("maxStale", maxStale);
      return this;
    }

    /**
     * Sets how long a request to the source may take, up to four tries and the pauses between them
     * included. A caller waits for at most twice as long, as other requests may be under way.
     * Default: 10 seconds.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder timeout(Duration timeout) {
      this.timeout = positive("timeout", timeout);
      return this;
    }

    /**
     * Keeps the text of a value in memory, as it is, for some time after it was read. Reads in that
     * time cost a look-up alone; a search of the heap finds the value. Default: values are only
     * kept sealed.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder holdPlaintext(Duration holdPlaintext) {
      this.holdPlaintext = positive("holdPlaintext", holdPlaintext);
      return this;
    }

    /**
     * Sets how many references are held at most. Default: 10 000.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder maxEntries(int maxEntries) {
      this.maxEntries = (int) atLeastOne("maxEntries", maxEntries);
      return this;
    }

    /**
     * Sets how many bytes are held at most, about. Default: 64 MiB.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder maxBytes(long maxBytes) {
      this.maxBytes = atLeastOne("maxBytes", maxBytes);
      return this;
    }

    /**
     * Sets where ciphertexts are kept on disk as they are fetched, so that a process can start
     * while the source is down: for as long as {@link #maxStale} after the source last confirmed
     * them, and never what it withdrew. Default: nowhere.
     */
    public Builder diskCache(DiskCache diskCache) {
      this.diskCache = diskCache;
      return this;
    }

    /** Adds a listener to what happens in the client. Those that were added are called in order. */
    public Builder listener(SecretsListener listener) {
      listeners.add(listener);
      return this;
    }

    /** Sets what the client knows of time. */
    Builder scheduler(Scheduler scheduler) {
      this.scheduler = scheduler;
      return this;
    }

    /**
     * Returns the client.
     *
     * @throws dev.latchkey.SecretConfigurationException if the disk cache cannot be used
     */
    public SecretsClient build() {
      return new SecretsClient(this);
    }

    private static Duration positive(String property, Duration duration) {
      if (duration.isNegative() || duration.isZero()) {
        throw new IllegalArgumentException(property + " is positive, not " + duration + ".");
      }
      return duration.compareTo(LONGEST) < 0 ? duration : LONGEST;
    }

    private static long atLeastOne(String property, long number) {
      if (number < 1) {
        throw new IllegalArgumentException(property + " is 1 or more, not " + number + ".");
      }
      return number;
    }
  }

  @Override
  public SecretValue resolve(SecretRef ref) {
    return SecretValue.adopt(open(value(ref.asRequired())));
  }

  @Override
  public Supplier<String> text(SecretRef ref) {
    return new TextView(ref.asRequired());
  }

  /** Keeps a hold of the value it read last, so that the next read needs no look-up. */
  private final class TextView implements Supplier<String> {
    private final SecretRef ref;
    private volatile Outcome.@Nullable Value last;

    TextView(SecretRef ref) {
      this.ref = ref;
    }

    @Override
    public String get() {
      Outcome.Value value = last;
      if (value == null || !value.current) {
        value = value(ref);
        last = value;
      }
      String plaintext = value.plaintext;
      return plaintext != null ? plaintext : reveal(value);
    }
  }

  private String reveal(Outcome.Value value) {
    byte[] bytes = open(value);
    String text;
    try (SecretValue opened = SecretValue.adopt(bytes)) {
      text = opened.reveal();
    }
    if (holdPlaintext != null) {
      hold(value, text, holdPlaintext);
    }
    return text;
  }

  private void hold(Outcome.Value value, String text, Duration time) {
    value.plaintext = text;
    scheduler.schedule(() -> value.plaintext = null, time.toNanos());
    if (!value.current) {
      value.plaintext = null;
    }
  }

  private byte[] open(Outcome.Value value) {
    try {
      return key.open(value.sealed);
    } catch (GeneralSecurityException e) {
      throw Fetcher.closed(); // Only a closed client's key does not open what it sealed.
    }
  }

  private Outcome.Value value(SecretRef ref) {
    Outcome.Value value = holdings.value(ref);
    return value != null ? value : fetcher.fetch(ref);
  }

  @Override
  public Map<SecretRef, SecretException> prefetch(Collection<SecretRef> refs) {
    Map<SecretRef, SecretException> failed =
        fetcher.fetchAll(refs.stream().map(SecretRef::asRequired).distinct().toList());
    Map<SecretRef, SecretException> failures = new LinkedHashMap<>();
    for (SecretRef ref : refs) {
      SecretException failure = failed.get(ref.asRequired());
      if (failure != null) {
        failures.put(ref, failure);
      }
    }
    return failures;
  }

  @Override
  public SecretStatus status(SecretRef ref) {
    return holdings.status(ref.asRequired());
  }

  /**
   * {@inheritDoc}
   *
   * <p>A rotation is noticed at once where the source can hold a request, and otherwise when it is
   * next asked, see {@link Builder#fresh}.
   */
  @Override
  public Registration onRotation(SecretRef ref, Runnable listener) {
    Registration registration = holdings.listen(ref.asRequired(), listener);
    fetcher.start(ref.asRequired());
    refresher.check();
    return registration;
  }

  void tick() {
    refresher.tick();
  }

  void refresh() {
    refresher.refresh();
  }

  Duration maxStale() {
    return maxStale;
  }

  /** Ends the client's threads, closes the source, and overwrites the key. */
  @Override
  public void close() {
    if (holdings.close()) {
      fetcher.close(); // First: those who wait are not to be told of interrupted threads.
      scheduler.close();
      threads.close();
      key.close();
      source.close();
      copies.close();
    }
  }

  /** Returns the project alone. */
  @Override
  public String toString() {
    return "SecretsClient[" + source.project() + "]";
  }
}
