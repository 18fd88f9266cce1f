package dev.latchkey.testing;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretBinding;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.Secrets;
import dev.latchkey.testing.FakeSecretState.Source;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Secrets in memory, for tests of code that reads them with {@link Secrets} or from {@link
 * System#getenv}.
 *
 * <pre>{@code
 * try (FakeSecrets secrets = FakeSecrets.of("MY_APP_SECRET", "some-value").install()) {
 *   assertEquals("some-value", Secrets.get("MY_APP_SECRET"));
 *   assertEquals("some-value", System.getenv("MY_APP_SECRET"));
 * }
 * }</pre>
 *
 * <p>Each variable is bound to a fake secret of its own, through the same references, roles and
 * rules as a real one. The process's other variables stay as they are, but for those that begin
 * with {@code LATCHKEY_}: they are hidden, so that no test reaches a real source by mistake. {@link
 * System#getenv} goes on showing what it showed at first, as a real process's environment does, and
 * does not have what no variable can hold: what is not text, or has a NUL. A child process has the
 * same if {@link ProcessBuilder#environment()} was called; if not, the JVM gives it what the
 * process was started with, real settings and all.
 *
 * <p>They keep the promises of every {@link dev.latchkey.spi.SecretResolver resolver} but for
 * these. No field is taken out of a value: a variable that is bound to a field has its own.
 * Rotation listeners are called one after another by the thread that rotates, so one that blocks
 * holds up the others and the test; and what one of them throws reaches the test, where it would be
 * logged.
 *
 * <p>Time is that of a clock which moves only by {@link #advance}. Thread-safe.
 */
public final class FakeSecrets implements AutoCloseable {
  /** How long a value that was read is served on in an outage, by the test's clock: 24 hours. */
  public static final Duration MAX_STALE = Duration.ofHours(24);

  /** How long a first read waits for the source, by the test's clock: 10 seconds. */
  public static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final System.Logger LOG = System.getLogger("dev.latchkey.testing");
  private static final String OWN_SETTINGS = "LATCHKEY_";
  private static final AtomicBoolean SAID = new AtomicBoolean();

  private final FakeResolver resolver = new FakeResolver();
  private Secrets.@Nullable Installation installation;
  private boolean closed;
  private @Nullable ProcessVariables variables;

  private FakeSecrets() {}

  /**
   * Returns fakes with one variable; more are added with {@link #and}.
   *
   * @throws dev.latchkey.MalformedSecretException if the variable's name is not well-formed
   * @throws dev.latchkey.SecretValueException if the text has a lone surrogate, or is too large
   */
  public static FakeSecrets of(String variable, String value) {
    return new FakeSecrets().and(variable, value);
  }

  /**
   * Returns fakes with one variable whose value is bytes.
   *
   * @param value copied
   * @throws dev.latchkey.MalformedSecretException if the variable's name is not well-formed
   * @throws dev.latchkey.SecretValueException if the value is too large
   */
  public static FakeSecrets of(String variable, byte[] value) {
    return new FakeSecrets().and(variable, value);
  }

  /** Returns fakes without a variable yet, which hide this process's real settings. */
  public static FakeSecrets none() {
    return new FakeSecrets();
  }

  /**
   * Adds a variable to these fakes and returns them.
   *
   * @throws dev.latchkey.MalformedSecretException if the variable's name is not well-formed
   * @throws dev.latchkey.SecretValueException if the text has a lone surrogate, or is too large
   * @throws IllegalStateException if the variable has a value, or if the fakes are installed
   */
  public FakeSecrets and(String variable, String value) {
    return add(binding(variable), SecretValue.of(present(variable, value)));
  }

  /**
   * Adds a variable whose value is bytes to these fakes and returns them.
   *
   * @param value copied
   * @throws dev.latchkey.MalformedSecretException if the variable's name is not well-formed
   * @throws dev.latchkey.SecretValueException if the value is too large
   * @throws IllegalStateException if the variable has a value, or if the fakes are installed
   */
  public FakeSecrets and(String variable, byte[] value) {
    return add(binding(variable), SecretValue.copyOf(present(variable, value)));
  }

  /**
   * Adds a binding to these fakes and returns them; reports and messages show its reference.
   *
   * @param value what the variable shows: that of the version or field, if the binding names one
   * @throws dev.latchkey.SecretValueException if the text has a lone surrogate, or is too large
   * @throws IllegalStateException if the variable has a value, if another is bound to the same
   *     reference, or if the fakes are installed
   */
  public FakeSecrets and(SecretBinding binding, String value) {
    return add(binding, SecretValue.of(value));
  }

  /**
   * Adds a binding whose value is bytes to these fakes and returns them.
   *
   * @param value what the variable shows; copied
   * @throws dev.latchkey.SecretValueException if the value is too large
   * @throws IllegalStateException if the variable has a value, if another is bound to the same
   *     reference, or if the fakes are installed
   */
  public FakeSecrets and(SecretBinding binding, byte[] value) {
    return add(binding, SecretValue.copyOf(value));
  }

  private static <T> T present(String variable, T value) {
    return Objects.requireNonNull(value, () -> "The value of " + variable + " is null.");
  }

  private synchronized FakeSecrets add(SecretBinding binding, SecretValue value) {
    requireOpen();
    if (installation != null) {
      throw new IllegalStateException(
          "Add " + binding.variable() + " before the fakes are installed.");
    }
    resolver.add(binding, value);
    return this;
  }

  /** The number keeps apart what the rules of names would make equal. */
  private SecretBinding binding(String variable) {
    String readable = variable.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String name = "fake-" + (resolver.bindings().size() + 1) + "-" + readable;
    int end = Math.min(name.length(), SecretName.MAX_LABEL_LENGTH);
    while (name.charAt(end - 1) == '-') {
      end--;
    }
    return new SecretBinding(variable, SecretRef.of(SecretName.parse(name.substring(0, end))));
  }

  /**
   * Gives a variable a new value, as a rotation of its secret does. Rotation listeners have been
   * called, on this thread, when this method returns. What one of them throws reaches the test,
   * after the others have been called; outside of tests it is logged.
   *
   * <p>Where the source is {@linkplain #unavailable unavailable} or the like, the value arrives
   * when that ends; where it is {@linkplain #delay delayed}, once the clock has been moved that
   * far. A variable that is bound to one version keeps it.
   *
   * @throws dev.latchkey.SecretValueException if the text has a lone surrogate, or is too large
   * @throws IllegalArgumentException if a {@link LeakDetector} forbids what these fakes show, and
   *     the value is too short for it
   * @throws IllegalStateException if the variable is not one of these fakes, or these are closed
   */
  public void rotate(String variable, String value) {
    resolver.rotate(variable, SecretValue.of(value));
  }

  /**
   * Denies the process a secret: what was read of it ends at once, and reads throw {@link
   * dev.latchkey.SecretAccessDeniedException}.
   *
   * @throws IllegalStateException if the variable is not one of these fakes, or these are closed
   */
  public void revoke(String variable) {
    resolver.change(variable, (secret, now) -> secret.set(Source.DENIES, now));
  }

  /**
   * Deletes a secret: what was read of it ends at once, and reads throw {@link
   * dev.latchkey.SecretNotFoundException}.
   *
   * @throws IllegalStateException if the variable is not one of these fakes, or these are closed
   */
  public void delete(String variable) {
    resolver.change(variable, (secret, now) -> secret.set(Source.HAS_NONE, now));
  }

  /**
   * Begins an outage of a secret's source. A value that was read before is served on, {@linkplain
   * dev.latchkey.SecretStatus.State#STALE stale}, for {@link #MAX_STALE}; other reads throw {@link
   * dev.latchkey.SecretUnavailableException}.
   *
   * @throws IllegalStateException if the variable is not one of these fakes, or these are closed
   */
  public void unavailable(String variable) {
    resolver.change(variable, (secret, now) -> secret.set(Source.FAILS, now));
  }

  /**
   * Makes a secret's source slow. A first read waits until {@link #advance} has moved the clock by
   * the delay, and after {@link #TIMEOUT} throws {@link dev.latchkey.SecretUnavailableException}; a
   * value that was read before is at hand, and read at once.
   *
   * @param delay not negative; however long, such as {@code ChronoUnit.FOREVER.getDuration()}
   * @throws IllegalStateException if the variable is not one of these fakes, or these are closed
   */
  public void delay(String variable, Duration delay) {
    resolver.change(variable, (secret, now) -> secret.setDelay(delay));
  }

  /**
   * Waits until as many reads are held up by a {@linkplain #delay delay}, so that the clock can be
   * moved then.
   *
   * @throws IllegalStateException if they are not within 10 seconds of real time
   */
  public void awaitReads(int reads) throws InterruptedException {
    resolver.awaitReads(reads);
  }

  /**
   * Ends what was done to a secret by {@link #revoke}, {@link #delete}, {@link #unavailable} or
   * {@link #delay}. A rotation that it held up arrives, as if by {@link #rotate}.
   *
   * @throws IllegalStateException if the variable is not one of these fakes, or these are closed
   */
  public void restore(String variable) {
    resolver.change(variable, FakeSecretState::restore);
  }

  /**
   * Moves the test's clock, and lets arrive what is due by then, as if by {@link #rotate}.
   *
   * @param time not negative
   * @throws IllegalStateException if these fakes are closed
   */
  public void advance(Duration time) {
    resolver.advance(time);
  }

  /**
   * Returns an environment like the one that {@link Secrets} shows while these fakes are installed:
   * this process's variables and the fakes', in a process whose role is {@link ProcessRole#WORK}.
   */
  public SecretEnvironment environment() {
    return environment(processVariables());
  }

  private SecretEnvironment environment(Map<String, String> process) {
    Map<String, String> shown = new LinkedHashMap<>(process);
    resolver
        .bindings()
        .forEach((variable, binding) -> shown.put(variable, binding.ref().toString()));
    return SecretEnvironment.builder()
        .environment(shown)
        .role(ProcessRole.WORK)
        .resolver(resolver)
        .build();
  }

  private static Map<String, String> processVariables() {
    Map<String, String> own = ProcessVariables.own();
    if (own.containsKey("LATCHKEY_SOURCE") && !SAID.getAndSet(true)) {
      LOG.log(
          Level.WARNING,
          "LATCHKEY_SOURCE is set in this process and ignored: fake secrets ask no source, and the"
              + " LATCHKEY_ variables are hidden while they are installed.");
    }
    own.keySet().removeIf(name -> name.startsWith(OWN_SETTINGS));
    return own;
  }

  /**
   * Makes {@link Secrets} and {@link System#getenv} show these fakes, in all threads, until they
   * are closed; returns them. Not while other threads install fakes for all too, or copy the
   * process's variables (as {@link ProcessBuilder} does): the JDK's map of them is not made for
   * changes. On Windows this needs a JVM option, which the error tells.
   *
   * @throws IllegalStateException if they are installed already or closed, or if this JVM does not
   *     let {@link System#getenv} be changed, which says what does
   */
  public synchronized FakeSecrets install() {
    requireNotInstalled();
    Map<String, String> process = processVariables();
    Map<String, String> shown = new LinkedHashMap<>(process);
    shown.keySet().removeAll(resolver.bindings().keySet());
    shown.putAll(resolver.values());
    variables = ProcessVariables.show(shown);
    installation = Secrets.install(environment(process));
    return this;
  }

  /**
   * Makes {@link Secrets} show these fakes to this thread, and to those it starts from now on,
   * until they are closed; returns them. For tests that run side by side: {@link System#getenv},
   * which is one for all, is left alone, and threads that run already see nothing of the fakes.
   *
   * @throws IllegalStateException if they are installed already or closed
   */
  public synchronized FakeSecrets installForThread() {
    requireNotInstalled();
    installation = Secrets.installForThread(environment());
    return this;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("These fakes are closed. Make new ones.");
    }
  }

  private void requireNotInstalled() {
    requireOpen();
    if (installation != null) {
      throw new IllegalStateException("These fakes are installed already.");
    }
  }

  /**
   * Brings back what was shown before, and overwrites the fake values. Closing twice does nothing.
   *
   * @throws IllegalStateException if what was installed later is still open, which is ended too; it
   *     says where each was installed
   */
  @Override
  public synchronized void close() {
    closed = true;
    try {
      if (variables != null) {
        variables.close();
      }
      if (installation != null) {
        installation.close();
      }
    } finally {
      resolver.close();
    }
  }

  /** Tells a leak detector of all values, of those to come as well. */
  void watchValues(BiConsumer<String, byte[]> watcher) {
    resolver.watchValues(watcher);
  }

  /** Returns the variables' names. */
  @Override
  public String toString() {
    return "FakeSecrets" + resolver.bindings().keySet();
  }
}
