package dev.latchkey.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.SecretRef;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
final class HeldCache {
  /** The most references that stay; they may take half of the bounds. */
  private static final int MAX_STAYING = 64;

  /** What an entry costs beside its ciphertext, about. */
  private static final int OVERHEAD_BYTES = 400;

  private final int maxStaying;
  private final int maxEvictable;
  private final long halfOfMaxBytes;

  private final Map<SecretRef, Held> staying = new ConcurrentHashMap<>();
  private long stayingBytes;
  private volatile @Nullable Cache<SecretRef, Held> evictable;

  /**
   * Makes an empty cache.
   *
   * @param maxEntries the most entries
   * @param maxBytes the most bytes, about
   */
  HeldCache(int maxEntries, long maxBytes) {
    maxStaying = Math.min(MAX_STAYING, maxEntries / 2);
    maxEvictable = maxEntries - maxStaying;
    halfOfMaxBytes = Math.max(1, maxBytes / 2);
  }

  @Nullable Held get(SecretRef ref) {
    Held held = staying.get(ref);
    Cache<SecretRef, Held> others = evictable;
    return held != null || others == null ? held : others.getIfPresent(ref);
  }

  /** Puts what is held from now on, and tells those who keep a hold of the former value. */
  synchronized void put(SecretRef ref, Held held) {
    Held former = staying.get(ref);
    long bytes = stayingBytes + weight(held) - (former == null ? 0 : weight(former));
    // Failures of unknown names must not take the places of bindings.
    boolean mayStay = former != null || (held instanceof Held.Value && staying.size() < maxStaying);
    if (mayStay && bytes <= halfOfMaxBytes) {
      staying.put(ref, held);
      stayingBytes = bytes;
      retire(former);
      if (evictable != null) {
        retire(evictable.asMap().remove(ref));
      }
      return;
    }
    retire(evictable().asMap().put(ref, held));
    if (former != null) {
      staying.remove(ref);
      stayingBytes -= weight(former);
      retire(former);
    }
  }

  private Cache<SecretRef, Held> evictable() {
    Cache<SecretRef, Held> cache = evictable;
    if (cache == null) {
      // A cache is bounded by weight or by number. A floor under each weight makes it both.
      long weight = Math.min(halfOfMaxBytes, (long) maxEvictable * Integer.MAX_VALUE);
      int floor = (int) Math.max(1, weight / maxEvictable);
      cache =
          Caffeine.newBuilder()
              .maximumWeight(weight)
              .weigher((SecretRef ref, Held held) -> Math.max(floor, weight(held)))
              .evictionListener((ref, held, cause) -> retire(held))
              .executor(Runnable::run)
              .build();
      evictable = cache;
    }
    return cache;
  }

  /** Visits each value; failures are left out. */
  void forEachValue(BiConsumer<SecretRef, Held.Value> visitor) {
    visit(staying, visitor);
    if (evictable != null) {
      visit(evictable.asMap(), visitor);
    }
  }

  private static void visit(Map<SecretRef, Held> map, BiConsumer<SecretRef, Held.Value> visitor) {
    map.forEach(
        (ref, held) -> {
          if (held instanceof Held.Value value) {
            visitor.accept(ref, value);
          }
        });
  }

  synchronized void clear() {
    staying.values().forEach(HeldCache::retire);
    staying.clear();
    if (evictable != null) {
      evictable.asMap().values().forEach(HeldCache::retire);
      evictable.invalidateAll();
    }
  }

  private static int weight(Held held) {
    return OVERHEAD_BYTES + held.bytes();
  }

  private static void retire(@Nullable Held held) {
    if (held instanceof Held.Value value) {
      value.current = false;
      value.plaintext = null;
    }
  }
}
