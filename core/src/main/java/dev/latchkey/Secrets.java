package dev.latchkey;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an app reads its secrets with.
 *
 * <pre>{@code
 * String password = Secrets.get("DB_PASSWORD");
 * }</pre>
 *
 * <p>A face of one {@link SecretEnvironment}, made of this process's own environment variables when
 * it is first used, or {@linkplain #install installed} by a framework or a test. Thread-safe.
 */
public final class Secrets {
  private static volatile @Nullable SecretEnvironment current;
  private static @Nullable Installation latest;
  private static @Nullable SecretEnvironment ofProcess;
  private static final InheritableThreadLocal<@Nullable Installation> ofThread =
      new InheritableThreadLocal<>();
  private static int threadInstallations;

  private Secrets() {}

  /**
   * Returns the text of an environment variable, its references resolved.
   *
   * @throws SecretNotFoundException if there is no such variable, or no such secret
   * @throws SecretValueException if the value is not UTF-8 text
   * @throws SecretException of another subtype, where the value cannot be had
   */
  public static String get(String variable) {
    return environment().get(variable);
  }

  /**
   * Returns the text of an environment variable, its references resolved; empty if there is no such
   * variable, or if it is bound to an optional secret that does not exist.
   *
   * @throws SecretException where the variable exists and its value cannot be had
   */
  public static Optional<String> find(String variable) {
    return environment().find(variable);
  }

  /**
   * Returns the value of an environment variable, its references resolved, for the caller to close.
   *
   * @throws SecretNotFoundException if there is no such variable, or no such secret
   * @throws SecretException of another subtype, where the value cannot be had
   */
  public static SecretValue value(String variable) {
    return environment().value(variable);
  }

  /** Returns {@link System#getenv()} with references resolved, each when it is asked for. */
  public static Map<String, String> env() {
    return environment().asMap();
  }

  /**
   * Returns a view of the current text of an environment variable, for pools that ask anew for each
   * connection. Each read is as if by {@link #get}, of what is installed then.
   *
   * @throws SecretNotFoundException if there is no such variable now
   */
  public static Supplier<String> supplier(String variable) {
    Supplier<String> unused = environment().supplier(variable);
    return () -> get(variable);
  }

  /**
   * Registers a listener to be given each new value of an environment variable; the value is closed
   * when the listener returns. See {@link SecretEnvironment#onRotation}.
   *
   * @return what ends the registration when it is closed
   * @throws SecretException if there is no such variable, or its references cannot be resolved
   */
  public static Registration onRotation(String variable, Consumer<SecretValue> listener) {
    return environment().onRotation(variable, listener);
  }

  /**
   * Fetches every reference of the environment at once, so that what is wrong is known when the
   * process starts.
   *
   * @throws SecretException naming every variable whose value cannot be had
   */
  public static void prefetch() {
    environment().prefetch();
  }

  /** Returns what is bound and what is held for it; never a value. */
  public static SecretsReport report() {
    return environment().report();
  }

  /**
   * Makes this class a face of the given environment until the installation is closed.
   * Installations nest: the latest one counts, and they are closed in reverse order.
   */
  public static synchronized Installation install(SecretEnvironment environment) {
    latest = new Installation(environment, latest, false);
    show();
    return latest;
  }

  /**
   * Makes this class a face of the given environment for the calling thread, and for threads that
   * it starts from now on, until the installation is closed. It is for tests that run side by side;
   * it costs each read of a secret in the process a look at the thread. Threads that run already,
   * those of a pool among them, see what they saw before. Installations of a thread nest as those
   * of the process do, and come before them.
   */
  public static synchronized Installation installForThread(SecretEnvironment environment) {
    var installation = new Installation(environment, innermost(ofThread.get()), true);
    ofThread.set(installation);
    threadInstallations++;
    show();
    return installation;
  }

  private static @Nullable Installation innermost(@Nullable Installation installation) {
    Installation open = installation;
    while (open != null && open.closed) {
      open = open.outer;
    }
    return open;
  }

  /** Ends an installation, and those made later that are still open, which is an error. */
  private static synchronized void uninstall(Installation installation) {
    if (installation.closed) {
      return;
    }
    Installation newest = installation.forThread ? innermost(ofThread.get()) : latest;
    List<Installation> later = new ArrayList<>();
    while (newest != null && newest != installation) {
      later.add(newest);
      newest = innermost(newest.outer);
    }
    if (newest == null) {
      later.clear(); // It is of another thread, and ends there.
    } else if (installation.forThread) {
      see(installation.outer);
    } else {
      latest = installation.outer;
    }
    end(installation);
    later.forEach(Secrets::end);
    show();
    if (!later.isEmpty()) {
      var e =
          new IllegalStateException(
              "A later installation of secrets was still open, and is ended too: close them in"
                  + " reverse order, and use installForThread where two threads install side by"
                  + " side. The stack traces below tell where each was installed.",
              installation.opened);
      later.forEach(open -> e.addSuppressed(open.opened));
      throw e;
    }
  }

  private static void see(@Nullable Installation installation) {
    if (installation == null) {
      ofThread.remove();
    } else {
      ofThread.set(installation);
    }
  }

  private static void end(Installation installation) {
    installation.closed = true;
    if (installation.forThread) {
      threadInstallations--;
    }
  }

  /** Lets readers go straight to the environment, unless it depends on the thread. */
  private static void show() {
    current = threadInstallations > 0 ? null : latest == null ? ofProcess : latest.environment;
  }

  private static SecretEnvironment environment() {
    SecretEnvironment environment = current;
    return environment != null ? environment : lookUp();
  }

  private static SecretEnvironment lookUp() {
    Installation installation = innermost(ofThread.get());
    return installation != null ? installation.environment : ofProcess();
  }

  private static synchronized SecretEnvironment ofProcess() {
    if (latest != null) {
      return latest.environment;
    }
    if (ofProcess == null) {
      ofProcess = SecretEnvironment.builder().build();
    }
    show();
    return ofProcess;
  }

  /** An environment's time as the one that {@link Secrets} shows. Thread-safe. */
  public static final class Installation implements AutoCloseable {
    private final SecretEnvironment environment;
    private final @Nullable Installation outer;
    private final boolean forThread;
    private final Throwable opened = new Throwable("installed here");
    private volatile boolean closed;

    private Installation(
        SecretEnvironment environment, @Nullable Installation outer, boolean forThread) {
      this.environment = environment;
      this.outer = outer;
      this.forThread = forThread;
    }

    /**
     * Brings back what was installed before. The environment is not closed. Closing twice does
     * nothing.
     *
     * @throws IllegalStateException if a later installation is still open, which is ended too; its
     *     cause and what it suppressed tell where each was made
     */
    @Override
    public void close() {
      uninstall(this);
    }
  }
}
