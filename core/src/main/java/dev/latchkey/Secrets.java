package dev.latchkey;

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
   * connection. Each read is as if by {@link #get}.
   *
   * @throws SecretNotFoundException if there is no such variable
   */
  public static Supplier<String> supplier(String variable) {
    return environment().supplier(variable);
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
    latest = new Installation(environment, latest);
    current = environment;
    return latest;
  }

  private static synchronized void uninstall(Installation installation) {
    if (installation.closed) {
      return;
    }
    if (latest != installation) {
      var e =
          new IllegalStateException(
              "A later installation of secrets is still open: close that one first.",
              installation.opened);
      if (latest != null) {
        e.addSuppressed(latest.opened);
      }
      throw e;
    }
    installation.closed = true;
    latest = installation.outer;
    current = latest == null ? ofProcess : latest.environment;
  }

  private static SecretEnvironment environment() {
    SecretEnvironment environment = current;
    return environment != null ? environment : ofProcess();
  }

  private static synchronized SecretEnvironment ofProcess() {
    if (latest != null) {
      return latest.environment;
    }
    if (ofProcess == null) {
      ofProcess = SecretEnvironment.builder().build();
    }
    current = ofProcess;
    return ofProcess;
  }

  /** An environment's time as the one that {@link Secrets} shows. Thread-safe. */
  public static final class Installation implements AutoCloseable {
    private final SecretEnvironment environment;
    private final @Nullable Installation outer;
    private final Throwable opened = new Throwable("installed here");
    private boolean closed;

    private Installation(SecretEnvironment environment, @Nullable Installation outer) {
      this.environment = environment;
      this.outer = outer;
    }

    /**
     * Brings back what was installed before. The environment is not closed. Closing twice does
     * nothing.
     *
     * @throws IllegalStateException if a later installation is still open; its causes tell where
     *     both were made
     */
    @Override
    public void close() {
      uninstall(this);
    }
  }
}
