package dev.latchkey.client;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.store.DiskCache;
import dev.latchkey.spi.SealedSecret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a client keeps of its source's answers on disk, if anything. Writing takes longer than
 * fetching, so that it happens on a thread of its own, in order; who looks for a copy waits for
 * what was to be written before. Thread-safe.
 */
final class DiskCopies implements AutoCloseable {
  /** How long the disk may take, at the end of a client too. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

  private final DiskCache.@Nullable Shelf shelf;
  private final Scheduler scheduler;
  private final ExecutorService writer = ClientThreads.pool(1, "latchkey-cache");

  /**
   * Makes the copies of one source's answers.
   *
   * @param cache where they are kept; null for nowhere
   * @throws SecretConfigurationException if the cache cannot be used, or not for this source
   */
  DiskCopies(@Nullable DiskCache cache, CiphertextSource source, Scheduler scheduler) {
    this.shelf = cache == null ? null : shelf(cache, source);
    this.scheduler = scheduler;
  }

  private static DiskCache.Shelf shelf(DiskCache cache, CiphertextSource source) {
    String identity =
        source
            .identity()
            .orElseThrow(
                () ->
                    new SecretConfigurationException(
                        "A disk cache is set, and the source does not say what tells it from others.",
                        "Leave the cache out, or have the source override identity()."));
    return cache.shelf(identity, source.project());
  }

  /** Tells whether anything is kept on disk. */
  boolean exist() {
    return shelf != null;
  }

  /** Returns the highest version that was ever kept of a secret; 0 if there is none. */
  long highest(SecretName name) {
    return shelf == null ? 0 : shelf.highest(name);
  }

  /** Returns what is kept as the answer to a query. */
  Optional<DiskCache.Kept> find(CiphertextQuery query) {
    DiskCache.Shelf shelf = this.shelf;
    if (shelf == null) {
      return Optional.empty();
    }
    try {
      return writer
          .submit(() -> shelf.find(query))
          .get(LONGEST_WAIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
      return Optional.empty(); // The client is closed, or the disk hangs.
    }
  }

  /**
   * Returns how long ago a copy was confirmed; empty if the clock on the wall was put back since.
   */
  Optional<Duration> age(DiskCache.Kept kept) {
    Duration age = Duration.between(kept.confirmedAt(), scheduler.now());
    return age.isNegative() ? Optional.empty() : Optional.of(age);
  }

  /**
   * Keeps the answer to a query, which was opened.
   *
   * @param asked when the source was asked, in ticks
   */
  void keep(CiphertextQuery query, SealedSecret secret, long asked) {
    DiskCache.Shelf shelf = this.shelf;
    if (shelf != null) {
      Instant confirmedAt = wall(asked);
      write(() -> shelf.keep(query, secret, confirmedAt));
    }
  }

  /** Takes note that what is kept is still the answer to a query. */
  void confirm(CiphertextQuery query, long asked) {
    DiskCache.Shelf shelf = this.shelf;
    if (shelf != null) {
      Instant confirmedAt = wall(asked);
      write(() -> shelf.confirm(query, confirmedAt));
    }
  }

  /**
   * Removes the answer to a query, since the source withdrew it. Waits for that, since a process
   * that is denied a secret often ends at once.
   */
  void drop(CiphertextQuery query) {
    DiskCache.Shelf shelf = this.shelf;
    if (shelf == null) {
      return;
    }
    try {
      writer.submit(() -> shelf.drop(query)).get(LONGEST_WAIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      shelf.drop(query); // The client is closed, and its writes are over.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The shelf logs what fails; a disk that hangs goes on with it.
    }
  }

  private Instant wall(long ticks) {
    return scheduler.now().minusNanos(scheduler.nanos() - ticks);
  }

  private void write(Runnable task) {
    try {
      writer.execute(task);
    } catch (RejectedExecutionException e) {
      // The client is closed.
    }
  }

  /** Ends after what was to be written, so that a process which reads one secret leaves a copy. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(LONGEST_WAIT.toNanos(), TimeUnit.NANOSECONDS)) {
        writer.shutdownNow();
      }
    } catch (InterruptedException e) {
      writer.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
