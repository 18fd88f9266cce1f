package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SealedSecret;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

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
      throw new IllegalStateException("The decryptor could not be made.", e.getCause());
    }
  }

  @Override
  public byte[] open(SealedSecret sealed) {
    return await().open(sealed);
  }
}
