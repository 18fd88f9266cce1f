package dev.latchkey.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is held, by reference, within bounds. Nothing here expires by itself: an expiring cache
 * reads the clock at each look-up, which costs more than the look-up.
 *
 * <p>The first references of a process are its bindings. They stay: no flood of other names evicts
 * them, and a process that has no others never loads an evicting cache, which costs it a fifth of
 * its time to the first secret. All later references share a Caffeine cache.
 */
final class ValueCache {
  /** The most references that stay; they may take half of the bounds. */
  private static final int MAX_STAYING = 64;

  /** What an entry costs beside its ciphertext, about. */
  private static final int OVERHEAD_BYTES = 400;

  private final int maxStaying;
  private final int maxEvictable;
  private final long halfOfMaxBytes;

  /** Filled by whatever thread makes room, emptied by who takes the next outcome. */
  private final Queue<Evicted> evictedStale = new ConcurrentLinkedQueue<>();

  private final Map<SecretRef, Outcome.Value> staying = new ConcurrentHashMap<>();
  private long stayingBytes;
  private volatile @Nullable Cache<SecretRef, Outcome.Value> evictable;

  /**
   * Makes an empty cache.
   *
   * @param maxEntries the most entries
   * @param maxBytes the most bytes, about
   */
  ValueCache(int maxEntries, long maxBytes) {
    maxStaying = Math.min(MAX_STAYING, maxEntries / 2);
    maxEvictable = maxEntries - maxStaying;
    halfOfMaxBytes = Math.max(1, maxBytes / 2);
  }

  Outcome.@Nullable Value get(SecretRef ref) {
    Outcome.Value held = staying.get(ref);
    Cache<SecretRef, Outcome.Value> others = evictable;
    return held != null || others == null ? held : others.getIfPresent(ref);
  }

  /** Puts what is held from now on, and tells those who keep a hold of the former value. */
  synchronized void put(SecretRef ref, Outcome.Value held) {
    Outcome.Value former = staying.get(ref);
    long bytes = stayingBytes + weight(held) - (former == null ? 0 : weight(former));
    boolean mayStay = former != null || staying.size() < maxStaying;
    retireAll(ref);
    if (mayStay && bytes <= halfOfMaxBytes) {
      staying.put(ref, held);
      stayingBytes = bytes;
      if (evictable != null) {
        evictable.asMap().remove(ref);
      }
      return;
    }
    evictable().put(ref, held);
    if (former != null) {
      staying.remove(ref);
      stayingBytes -= weight(former);
    }
  }

  /**
   * Comes before the change that others see: who has seen it by a look-up is not to find the former
   * value in use where a hold of it is kept.
   */
  private void retireAll(SecretRef ref) {
    retire(staying.get(ref));
    if (evictable != null) {
      retire(evictable.asMap().get(ref));
    }
  }

  private Cache<SecretRef, Outcome.Value> evictable() {
    Cache<SecretRef, Outcome.Value> cache = evictable;
    if (cache == null) {
      // A cache is bounded by weight or by number. A floor under each weight makes it both.
      long weight = Math.min(halfOfMaxBytes, (long) maxEvictable * Integer.MAX_VALUE);
      int floor = (int) Math.max(1, weight / maxEvictable);
      cache =
          Caffeine.newBuilder()
              .maximumWeight(weight)
              .weigher((SecretRef ref, Outcome.Value held) -> Math.max(floor, weight(held)))
              .evictionListener(this::evicted)
              .executor(Runnable::run)
              .build();
      evictable = cache;
    }
    return cache;
  }

  /** A value that was dropped to make room, and why it could not be renewed. */
  record Evicted(SecretRef ref, SecretException why) {}

  private void evicted(@Nullable SecretRef ref, Outcome.@Nullable Value held, RemovalCause cause) {
    retire(held);
    SecretException why = held == null ? null : held.stale;
    if (ref != null && why != null) {
      evictedStale.add(new Evicted(ref, why));
    }
  }

  /** Returns a stale value that was dropped to make room, each once; null if there is none. */
  @Nullable Evicted pollEvictedStale() {
    return evictedStale.poll();
  }

  /** Drops what is held, and tells those who keep a hold of it. */
  synchronized void remove(SecretRef ref) {
    retireAll(ref);
    Outcome.Value held = staying.remove(ref);
    if (held != null) {
      stayingBytes -= weight(held);
    }
    if (evictable != null) {
      evictable.asMap().remove(ref);
    }
  }

  /** Visits what stays, whatever else is asked for. */
  void forEachStaying(BiConsumer<SecretRef, Outcome.Value> visitor) {
    staying.forEach(visitor);
  }

  void forEach(BiConsumer<SecretRef, Outcome.Value> visitor) {
    staying.forEach(visitor);
    if (evictable != null) {
      evictable.asMap().forEach(visitor);
    }
  }

  synchronized void clear() {
    staying.values().forEach(ValueCache::retire);
    staying.clear();
    if (evictable != null) {
      evictable.asMap().values().forEach(ValueCache::retire);
      evictable.invalidateAll();
    }
  }

  private static int weight(Outcome.Value held) {
    return OVERHEAD_BYTES + held.sealed.ciphertext().length;
  }

  private static void retire(Outcome.@Nullable Value held) {
    if (held != null) {
      held.current = false;
      held.plaintext = null;
    }
  }
}
