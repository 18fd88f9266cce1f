package dev.latchkey.client;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SealedSecret;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A decryptor that is made on a thread of its own. Loading the classes of a crypto library takes
 * most of the time from a process's start to its first secret; meanwhile the rest gets ready.
 */
final class LoadingDecryptor implements Decryptor {
  private final FutureTask<Decryptor> loading;

  private LoadingDecryptor(FutureTask<Decryptor> loading) {
    this.loading = loading;
  }

  /** Begins to make a decryptor. */
  static LoadingDecryptor start(Callable<Decryptor> maker) {
    var loading = new FutureTask<>(maker);
    var thread = new Thread(loading, "latchkey-keyset");
    thread.setDaemon(true);
    thread.start();
    return new LoadingDecryptor(loading);
  }

  /**
   * Waits until the decryptor is made, and returns it.
   *
   * @throws SecretException what making it threw
   */
  Decryptor await() {
    try {
      return loading.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SecretUnavailableException(
          "The thread was interrupted while the keyset was being loaded.", "");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SecretException known) {
        throw known.withProblem(known.problem());
      }
      throw unexpected(e.getCause());
    }
  }

  /** The text of an error in linking names classes alone, and tells which libraries do not fit. */
  private static SecretConfigurationException unexpected(@Nullable Throwable e) {
    boolean linking =
        e instanceof NoClassDefFoundError || e instanceof IncompatibleClassChangeError;
    String type = e == null ? "" : e.getClass().getName();
    return new SecretConfigurationException(
        "The keyset could not be loaded: "
            + type
            + (linking && e != null ? " (" + e.getMessage() + ")" : "")
            + ".",
        "Look for libraries that are missing, or versions of Tink and protobuf that do not fit.");
  }

  /** Stops making the decryptor, if that can be interrupted. */
  void cancel() {
    loading.cancel(true);
  }

  @Override
  public byte[] open(SealedSecret sealed) {
    return await().open(sealed);
  }
}
